import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import {
  ContractFactory,
  dataSlice,
  Interface,
  keccak256,
  type Contract,
  type ContractTransactionReceipt,
  type Signer,
} from "ethers";
import { PUBLISHED } from "../../src/ecosystem/bridges/layerzero/interfaces.ts";
import { knownErrorOf } from "../../src/ecosystem/client/sending/contract-interfaces.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { IS_NIGHTLY } from "../support/nightly.ts";
import { DAPP } from "./support/dapp.ts";
import { options, pair, put, send, sendTokens, sendWord, word } from "./support/world.ts";
import { suiteDapp } from "./support/suite-dapp.ts";

const COIN = 10n ** 18n;
const BOB = "0x00000000000000000000000000000000000000B0";
const PLAIN = options.all(options.receive(300_000));
/** LayerZero's own numbers. */
const [NOT_EXECUTABLE, EXECUTED] = [0n, 3n];
const [VERIFYING, VERIFIABLE, VERIFIED] = [0n, 1n, 2n];
const HEADER_LENGTH = 81;
const PACKET_SENT = new Interface(["event PacketSent(bytes encodedPayload, bytes options, address sendLibrary)"]);

describe("C14 contracts of LayerZero's packages that its other tests do not use", { skip: !IS_NIGHTLY }, () => {
  const dapp = suiteDapp("layerzero");
  const { at, ask } = dapp;

  /** Deploys a contract in the form that the package compiled. */
  async function published(name: string, library: string, path: string): Promise<Contract> {
    const place = join(DAPP, "node_modules/@layerzerolabs", library, "artifacts/contracts", path);
    const { abi, bytecode } = JSON.parse(readFileSync(place, "utf8")) as { abi: []; bytecode: string };
    const [, , stranger] = await at(name).ethers.getSigners();
    const created = await new ContractFactory(abi, bytecode, stranger as unknown as Signer).deploy();
    await created.waitForDeployment();
    return created as Contract;
  }
  /** LayerZero's views of endpoint and library on beta, and its executor that anyone may use. */
  async function views() {
    const endpoint = await published("beta", "lz-evm-protocol-v2", "EndpointV2View.sol/EndpointV2View.json");
    await send(endpoint, "initialize", dapp.bridge.endpoint);
    const library = await published("beta", "lz-evm-messagelib-v2", "uln/uln302/ReceiveUln302View.sol/ReceiveUln302View.json");
    await send(library, "initialize", dapp.bridge.endpoint, dapp.bridge.receiveLib);
    const executor = await published("beta", "lz-evm-messagelib-v2", "uln/LzExecutor.sol/LzExecutor.json");
    await send(executor, "initialize", dapp.bridge.receiveLib, library.target, dapp.bridge.endpoint);
    return { endpoint, library, executor };
  }
  async function oapps() {
    const [a, b] = [
      await put(at("alpha"), "MyOApp", dapp.bridge.endpoint, dapp.owner),
      await put(at("beta"), "MyOApp", dapp.bridge.endpoint, dapp.owner),
    ];
    return pair(dapp.hyperchains, ["alpha", "beta"], [a, b]);
  }
  /** Reads from a packet the arguments of contracts on its destination. */
  function packetIn({ logs }: ContractTransactionReceipt) {
    const event = logs.map((log) => PACKET_SENT.parseLog(log)).find((each) => each !== null);
    const packet = String(event!.args["encodedPayload"]);
    const [header, payload] = [dataSlice(packet, 0, HEADER_LENGTH), dataSlice(packet, HEADER_LENGTH)];
    const origin = [Number(dataSlice(header, 9, 13)), dataSlice(header, 13, 45), BigInt(dataSlice(header, 1, 9))];
    return { header, payload, hash: keccak256(payload), origin };
  }
  async function verify(hash: string): Promise<void> {
    for (let round = 0; round < 3; round++) {
      await dapp.hyperchains.settle();
      await dapp.hyperchains.relay();
    }
    assert.equal((await dapp.bridge.deliveries()).find(({ sentIn }) => sentIn === hash)?.step, "verified");
  }

  test("LayerZero's views of endpoint and library say what a packet's step is", async () => {
    const { endpoint, library } = await views();
    const { a, b, bId } = await oapps();
    await dapp.bridge.hold("beta");
    const sent = await sendWord(a, bId, "viewed", { options: PLAIN });
    const { header, hash, origin } = packetIn(sent);
    const states = async () => [
      await ask(endpoint, "executable", origin, b.target),
      await ask(library, "verifiable", header, hash),
    ];
    assert.deepEqual(await states(), [NOT_EXECUTABLE, VERIFYING]);
    await verify(sent.hash);
    assert.deepEqual(await states(), [NOT_EXECUTABLE, VERIFIABLE]);
    await dapp.bridge.release("beta");
    await dapp.bridge.delivered(sent);
    assert.deepEqual(await states(), [EXECUTED, VERIFIED]);
  });

  test("a stranger commits and executes with LayerZero's own executor: once, only what is verified, and the worker leaves it be", async () => {
    const { executor } = await views();
    const { a, b, bId } = await oapps();
    await dapp.bridge.hold("beta");
    const sent = await sendWord(a, bId, "by a stranger", { options: PLAIN });
    const { payload, origin } = packetIn(sent);
    const run = [origin, b.target, dataSlice(payload, 0, 32), dataSlice(payload, 32), "0x", 300_000n, 0n];
    const early = ask(executor, "commitAndExecute", dapp.bridge.receiveLib, run, []);
    const error = (name: string): RegExp => new RegExp(executor.interface.getError(name)!.selector.slice(2));
    await assert.rejects(early, error("LzExecutor_Verifying"));
    await verify(sent.hash);
    await send(executor, "commitAndExecute", dapp.bridge.receiveLib, run, [[BOB, 5n]], { value: 5n });
    assert.equal(await ask(b, "received"), 1n);
    await assert.rejects(ask(executor, "commitAndExecute", dapp.bridge.receiveLib, run, []), error("LzExecutor_Executed"));
    await dapp.bridge.release("beta");
    assert.equal((await dapp.bridge.delivered(sent)).delivery.step, "executed");
    assert.equal(await ask(b, "received"), 1n);
  });

  test("an OFT with enforced options: its senders name none, and what they add is added", async () => {
    const oft = (name: string, supply: bigint) => put(at(name), "MyOFT", "My", "MY", dapp.bridge.endpoint, dapp.owner, supply);
    const { a, b, bId } = await pair(dapp.hyperchains, ["alpha", "beta"], [await oft("alpha", 9n * COIN), await oft("beta", 0n)]);
    const to = { id: bId, account: BOB };
    // Nothing to pay an executor for.
    const without = [bId, word(BOB), COIN, 0n, "0x", "0x", "0x"];
    await assert.rejects(ask(a, "quoteSend", without, false));
    await send(a, "setEnforcedOptions", [[bId, 1, options.all(options.receive(200_000))]]);
    await dapp.bridge.delivered(await sendTokens(a, to, COIN, { options: "0x" }));
    const before = await at("beta").ethers.provider.getBalance(BOB);
    await dapp.bridge.delivered(await sendTokens(a, to, COIN, { options: options.all(options.drop(7n, BOB)) }));
    assert.equal(await ask(b, "balanceOf", BOB), 2n * COIN);
    assert.equal((await at("beta").ethers.provider.getBalance(BOB)) - before, 7n);
  });

  test("each error that LayerZero's endpoint and libraries have is known by its name", () => {
    const known: string[] = [];
    for (const { from, file } of Object.values(PUBLISHED)) {
      const { abi } = JSON.parse(readFileSync(join(DAPP, "node_modules", from.name, file), "utf8")) as { abi: [] };
      new Interface(abi).forEachError(({ selector, inputs }) => {
        const data = `${selector}${"00".repeat(32 * inputs.length)}` as Hex;
        assert.equal(knownErrorOf(data)?.selector, selector);
        known.push(selector);
      });
    }
    assert.ok(known.length > 50);
  });
});
