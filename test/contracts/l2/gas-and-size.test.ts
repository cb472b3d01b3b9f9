import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import hre from "hardhat";
import type { Contract, TransactionReceipt } from "ethers";
import { PREDEPLOYS, type PredeployName } from "../../../src/ground/protocol/predeploys.ts";
import { attribute, eventsOf, interoperable, messagesOf } from "./support/bundles.ts";
import { ETH, L1_CHAIN_ID, L1_TOKEN, startEcosystem, type Ecosystem, type SimulatedChain } from "./support/ecosystem.ts";

const SNAPSHOT = new URL("snapshots/gas-and-size.json", import.meta.url);
/** EIP-170. */
const MAX_CODE_BYTES = 24_576;
/** EIP-7825. */
const MAX_TRANSACTION_GAS = 16_777_216n;
/** Maximum gas of an operation in L1's queue. */
const MAX_FORCED_GAS = 8_000_000n;
/** Maximum gas of a free delivery by an operation in L1's queue (PriorityQueue). */
const MAX_FREE_DELIVERY_GAS = 500_000n;
/** An asset that the other chain has not seen. */
const NEW_TOKEN = "0x00000000000000000000000000000000000070cf";

type Snapshot = Readonly<Record<"bytes" | "gas", Readonly<Record<string, number>>>>;

/** Compares with the committed numbers, or writes them where UPDATE_SNAPSHOTS is 1. */
function compare(section: keyof Snapshot, actual: Readonly<Record<string, number>>): void {
  const committed = JSON.parse(readFileSync(SNAPSHOT, "utf8")) as Snapshot;
  if (process.env["UPDATE_SNAPSHOTS"] === "1") {
    writeFileSync(SNAPSHOT, `${JSON.stringify({ ...committed, [section]: actual }, null, 2)}\n`);
  } else {
    assert.deepEqual(actual, committed[section], "run this test with UPDATE_SNAPSHOTS=1 and review what changed");
  }
}

describe("cost of the predeploys", () => {
  let ecosystem: Ecosystem;
  let a: SimulatedChain;
  let b: SimulatedChain;
  before(async () => {
    ecosystem = await startEcosystem([ETH, ETH]);
    [a, b] = [ecosystem.chains[0]!, ecosystem.chains[1]!];
    await a.deposit(a.users[0]!.address, ETH, 10n ** 18n);
  });
  after(() => ecosystem.close());

  test("is code within the public limit, as recorded", async () => {
    const bytes: Record<string, number> = {};
    for (const name of Object.keys(PREDEPLOYS) as PredeployName[]) {
      bytes[name] = ((await hre.artifacts.readArtifact(name)).deployedBytecode.length - 2) / 2;
      assert.ok(bytes[name] <= MAX_CODE_BYTES, `${name}: ${bytes[name]}`);
    }
    compare("bytes", bytes);
  });

  test("is gas as recorded", async () => {
    const gas: Record<string, number> = {};
    const record = (name: string, receipt: TransactionReceipt): TransactionReceipt => {
      gas[name] = Number(receipt.gasUsed);
      return receipt;
    };
    const user = a.users[0]!;
    const other = b.users[1]!.address;
    const messenger = await a.predeploy("L1Messenger", user);
    const base = await a.predeploy("L2BaseToken", user);
    const router = await a.predeploy("L2AssetRouter", user);
    const center = await a.predeploy("InteropCenter", user);
    const routerB = await b.predeploy("L2AssetRouter", b.users[0]);
    const handlerB = await b.predeploy("InteropHandler", b.users[0]);
    const recipient = await (await b.ethers.deployContract("InteropRecipient")).getAddress();
    const caller = (await a.ethers.deployContract("InteropCaller", [PREDEPLOYS.InteropCenter])) as unknown as Contract;

    record("sendToL1, 32 bytes, first of its batch", await a.send(messenger, "sendToL1", `0x${"11".repeat(32)}`));
    record("sendToL1, 32 bytes, second of its batch", await a.send(messenger, "sendToL1", `0x${"11".repeat(32)}`));
    record("withdraw base token", await a.send(base, "withdraw", other, { value: 1n }));
    await a.deposit(user.address, L1_TOKEN, 1000n);
    const token = (await router.getFunction("l2TokenAddress").staticCall(L1_TOKEN)) as string;
    const tokens = (await a.ethers.getContractAt("BridgedToken", token, user)) as unknown as Contract;
    record("transfer of a bridged token to a new account", await a.send(tokens, "transfer", other, 1n));
    record("transfer of a bridged token", await a.send(tokens, "transfer", other, 1n));
    record("withdraw bridged token", await a.send(router, "withdraw(address,address,uint256)", other, token, 1n));
    const first = record("sendToChain, bridged token", await a.send(router, "sendToChain", b.chainId, token, 1n, other));
    const second = await a.send(router, "sendToChain", b.chainId, token, 1n, other);
    const coins = record(
      "sendToChain, base token",
      await a.send(router, "sendToChain", b.chainId, PREDEPLOYS.L2BaseToken, 1n, other, { value: 1n }),
    );
    const anywhere = (chainId: bigint, what: string, value: bigint) =>
      a.send(router, "send", interoperable(chainId, other), what, 1n, { value });
    for (const [place, chainId] of [
      ["the own chain", a.chainId],
      ["L1", L1_CHAIN_ID],
      ["another chain", b.chainId],
    ] as const) {
      record(`send to ${place}, bridged token`, await anywhere(chainId, token, 0n));
      record(`send to ${place}, base token`, await anywhere(chainId, PREDEPLOYS.L2BaseToken, 1n));
    }
    const message = await a.send(center, "sendMessage", interoperable(b.chainId, recipient), `0x${"11".repeat(32)}`, []);
    record("sendMessage, 32 bytes", message);
    const bundle = await a.send(
      caller,
      "send",
      interoperable(b.chainId),
      [{ to: interoperable(b.chainId, recipient), data: "0x", callAttributes: [attribute("interopCallValue", 1n)] }],
      [attribute("relayerReward", 1n), attribute("callback", 100_000n, 1n)],
      { value: 3n },
    );
    record("sendBundle with value, reward and callback", bundle);
    await ecosystem.settle();

    const prove = (receipt: TransactionReceipt) => messagesOf(receipt).map(({ hash }) => ecosystem.prove(hash));
    record("deliver, new token", await b.send(routerB, "deliver", prove(first)[0]));
    record("deliver, known token", await b.send(routerB, "deliver", prove(second)[0]));
    record("deliver, base token", await b.send(routerB, "deliver", prove(coins)[0]));
    record("executeBundle, one message", await b.send(handlerB, "executeBundle", prove(message)[0], []));
    const [value, calls] = prove(bundle);
    const executed = await b.send(handlerB, "executeBundle", calls, [value]);
    record("executeBundle with value, reward and callback", executed);
    await ecosystem.settle();
    const handlerA = await a.predeploy("InteropHandler", user);
    const result = ecosystem.prove(messagesOf(executed).at(-1)!.hash);
    record("executeCallback", await a.send(handlerA, "executeCallback", calls!.message.data, result));

    const withFee = async (what: string, value: bigint) =>
      a.send(router, "sendWithFee", interoperable(b.chainId, other), what, 1n, 1n, { value });
    const coinsWithFee = record("sendWithFee, base token", await withFee(PREDEPLOYS.L2BaseToken, 2n));
    await a.deposit(user.address, NEW_TOKEN, 10n);
    const newWithFee = await withFee((await router.getFunction("l2TokenAddress").staticCall(NEW_TOKEN)) as string, 0n);
    await ecosystem.settle();
    // What an operation of L1's queue has for it.
    const free = { gasLimit: MAX_FREE_DELIVERY_GAS };
    record("deliver with a fee, new token", await b.send(routerB, "deliver", prove(newWithFee)[0], free));
    record("deliver with a fee, base token", await b.send(routerB, "deliver", prove(coinsWithFee)[0], free));
    compare("gas", gas);
  });

  for (const [what, callbackGas] of [
    ["its calls", 1n],
    ["its callback", 4_999_999n],
  ] as const) {
    test(`fits an operation forced from L1 for a bundle at all limits at once, with all gas for ${what}`, () =>
      forceLargest(callbackGas));
  }

  async function forceLargest(callbackGas: bigint): Promise<void> {
    const user = a.users[0]!;
    await a.deposit(user.address, L1_TOKEN, 1000n);
    const recipient = await (await b.ethers.deployContract("InteropRecipient")).getAddress();
    const caller = (await a.ethers.deployContract("InteropCaller", [PREDEPLOYS.InteropCenter])) as unknown as Contract;
    // Eight different assets, of which all come back; the last call takes all gas that the bundle has.
    const attributes = [
      attribute("gasLimit", 5_000_000n - callbackGas),
      attribute("callback", callbackGas, 1n),
      attribute("relayerReward", 1n),
    ];
    for (let i = 0; i < 8; i++) {
      const originToken = `0x${(0x70ce00 + i).toString(16).padStart(40, "0")}` as const;
      await a.deposit(await caller.getAddress(), originToken, 1n);
      const token = await (await a.predeploy("L2AssetRouter")).getFunction("l2TokenAddress").staticCall(originToken);
      attributes.push(attribute("transferToken", token, 1n, recipient));
    }
    const data = (head: string): string => `0x${head}${"5a".repeat(3800)}`;
    const calls = Array.from({ length: 16 }, (_, i) => ({
      to: interoperable(b.chainId, recipient),
      data: data(i === 15 ? "fd" : "01"),
      callAttributes: [attribute("interopCallValue", 1n)],
    }));
    const args = [interoperable(b.chainId), calls, attributes, { value: 18n, gasLimit: MAX_TRANSACTION_GAS }] as const;
    const sent = await a.send(caller, "send", ...args);
    const messages = messagesOf(sent);
    assert.ok(messages.at(-1)!.body.length / 2 > 65_000);
    await ecosystem.settle();
    const assets = messages.slice(0, -1).map(({ hash }) => ecosystem.prove(hash));
    const handlerB = await b.predeploy("InteropHandler", b.users[0]);
    const bundle = ecosystem.prove(messages.at(-1)!.hash);
    const executed = await b.send(handlerB, "executeBundle", bundle, assets, { gasLimit: MAX_FORCED_GAS });
    const [outcome] = await eventsOf(executed, "InteropHandler", "BundleExecuted");
    assert.equal(outcome![3], false);
    assert.equal((await eventsOf(executed, "InteropHandler", "BundleRefunded")).length, 9);
    assert.ok(executed.gasUsed > 5_000_000n - callbackGas);
    await ecosystem.settle();
    const result = ecosystem.prove(messagesOf(executed).at(-1)!.hash);
    const handlerA = await a.predeploy("InteropHandler", user);
    await a.send(handlerA, "executeCallback", messages.at(-1)!.body, result, { gasLimit: MAX_FORCED_GAS });
  }
});
