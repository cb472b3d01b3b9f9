import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AbiCoder, ContractFactory, Interface } from "ethers";
import { hyperchainAbi } from "../../src/ground/abi/hyperchain.ts";
import { deposit } from "../../src/ecosystem/client/queue/deposit.ts";
import { requestFromL1 } from "../../src/ecosystem/client/queue/ether-request.ts";
import { send } from "../../src/ecosystem/client/transfers/send.ts";
import { walletView, type WalletView } from "../../src/ecosystem/client/wallet/wallet-view.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { assetRouter, messenger } from "../../src/ecosystem/relayer/contract-interfaces.ts";
import { deploy, ETHER, startClientEcosystem, type ClientEcosystem } from "./support.ts";

const [MALLORY, ALICE] = [0, 1];
const VICTIM: Hex = "0x00000000000000000000000000000000000b0b0b";
const coder = AbiCoder.defaultAbiCoder();
const vault = new Interface(["function registerToken(address)"]);
const token = new Interface(["function mint(address,uint256)", "function setAttack(address,bytes)"]);

describe("what others put on L1 and on the chains does not disturb a client", () => {
  let ecosystem: ClientEcosystem;
  let info: ClientEcosystem["info"];

  before(async () => {
    ecosystem = await startClientEcosystem();
    info = ecosystem.info;
    await deposit(info, { chain: "a", amount: ETHER }, ecosystem.on("l1", MALLORY));
    await ecosystem.devnet.relay();
  });
  after(async () => {
    await ecosystem.close();
    assert.deepEqual(ecosystem.devnet.faults, []);
  });

  const wallet = (account: Hex = VICTIM): Promise<WalletView> => walletView(info, account, ecosystem.provider);
  const queue = (to: Hex, data: string, valueWei = 0n) =>
    requestFromL1(
      info.l1.contracts.factory,
      { chainId: 271n, to, valueWei, data: data as Hex, gasLimit: 1_000_000n },
      ecosystem.on("l1", MALLORY),
    );
  const finalizeDeposit = (transferData: string): string =>
    assetRouter.encodeFunctionData("finalizeDeposit", [31_337n, `0x${"00".repeat(32)}`, transferData]);

  test("a queued call of the asset router with malformed data breaks no wallet", async () => {
    const selector = finalizeDeposit("0x").slice(0, 10);
    for (const data of [
      `${selector}00`,
      `${selector}${"ff".repeat(96)}`,
      finalizeDeposit("0x"),
      finalizeDeposit(`0x${"ff".repeat(160)}`),
    ]) {
      await queue(PREDEPLOYS.L2AssetRouter, data);
    }
    // Next to a valid one, because a wallet that could not read the queue would show nothing either.
    await queue(VICTIM, "0x", 7n);
    assert.deepEqual(
      (await wallet()).inFlight.map(({ amount }) => amount),
      [7n],
    );
    await ecosystem.devnet.relay();
    assert.deepEqual((await wallet()).inFlight, []);
    assert.equal((await wallet()).unread, undefined);
  });

  test("reports unreadable transfers in flight, and does not omit them", async () => {
    const whole = ecosystem.provider;
    const failing = new Proxy(whole(271), {
      get(provider, name) {
        if (name === "getTransactionReceipt") return () => Promise.reject(new Error("the node has lost it"));
        const value: unknown = Reflect.get(provider, name, provider);
        return typeof value === "function" ? (value.bind(provider) as unknown) : value;
      },
    });
    await queue(VICTIM, "0x", 3n);
    const view = await walletView(info, VICTIM, (chainId) => (chainId === 271 ? failing : whole(chainId)));
    assert.deepEqual(view.inFlight, []);
    assert.deepEqual(view.unread, [{ name: "a", chainId: 271, reason: "the node has lost it" }]);
    await ecosystem.devnet.relay();
  });

  test("shows a token deposit that the bridge has not queued to no account", async () => {
    const claim = coder.encode(["address", "address", "address", "uint256", "bytes"], [VICTIM, VICTIM, VICTIM, 10n ** 30n, "0x"]);
    await queue(PREDEPLOYS.L2AssetRouter, finalizeDeposit(claim));
    await queue(VICTIM, "0x", 9n);
    assert.deepEqual(
      (await wallet()).inFlight.map(({ amount }) => amount),
      [9n],
    );
    await ecosystem.devnet.relay();
  });

  test("a deposit whose refund goes to another account is not shown as sent by that account", async () => {
    const factory = new Interface([
      "function requestL2TransactionDirect((uint256,uint256,address,uint256,bytes,uint256,uint256,bytes[],address)) payable returns (bytes32)",
    ]);
    const mallory = ecosystem.on("l1", MALLORY);
    const [mint, recipient] = [ETHER, "0x00000000000000000000000000000000000c0c0c"];
    const data = factory.encodeFunctionData("requestL2TransactionDirect", [
      [271n, mint, recipient, 7n, "0x", 300_000n, 800n, [], VICTIM],
    ]);
    await (await mallory.sendTransaction({ to: info.l1.contracts.factory, data, value: mint })).wait();
    assert.deepEqual((await wallet()).inFlight, []);
    const [shown] = (await wallet(recipient as Hex)).inFlight;
    assert.deepEqual([shown?.sender, shown?.amount], [mallory.address.toLowerCase(), 7n]);
    await ecosystem.devnet.relay();
  });

  test("tokens that answer garbage are shown as far as they can be", async () => {
    // Answers every call with 32 bytes of 0xff, with nothing, with a revert, with a symbol that clears the screen.
    const symbol = coder.encode(["string"], [`\u001b[2J\n${"A".repeat(500)}`]).slice(2);
    const size = symbol.length / 2;
    const shouting =
      `61${size.toString(16).padStart(4, "0")}600f600039` + `61${size.toString(16).padStart(4, "0")}6000f300${symbol}`;
    for (const runtime of ["5f195f5260205ff3", "5f5ff3", "5f5ffd", shouting]) {
      const length = (runtime.length / 2).toString(16).padStart(4, "0");
      const odd = await new ContractFactory([], `0x61${length}80600a5f395ff3${runtime}`, ecosystem.on("a", MALLORY)).deploy();
      await odd.waitForDeployment();
      const data = vault.encodeFunctionData("registerToken", [await odd.getAddress()]);
      await (await ecosystem.on("a", MALLORY).sendTransaction({ to: PREDEPLOYS.L2NativeTokenVault, data })).wait();
    }
    const { tokens } = (await wallet()).members[1]!;
    assert.equal(tokens.length, 5);
    for (const { symbol: shown } of tokens) assert.match(shown, /^[\x20-\x7e]{0,32}$/);
    assert.equal(tokens[4]?.symbol, `[2J${"A".repeat(29)}`);
  });

  test("a token that logs the queue's event and sends messages on its way changes neither a deposit's hash nor a transfer's", async () => {
    const [l1Token, l2Token] = [
      await deploy(ecosystem.on("l1", ALICE), "TokenDouble"),
      await deploy(ecosystem.on("a", ALICE), "TokenDouble"),
    ];
    const event = new Interface(hyperchainAbi).getEvent("NewPriorityRequestId")!;
    const words = [event.topicHash, `0x${"00".repeat(32)}`, `0x${"66".repeat(32)}`].map((word) => word.slice(2));
    // Logs the event with made-up values: LOG3 without data.
    const loud = `7f${words[2]}7f${words[1]}7f${words[0]}5f5fa300`;
    const length = (loud.length / 2).toString(16).padStart(4, "0");
    const logger = await new ContractFactory([], `0x61${length}80600a5f395ff3${loud}`, ecosystem.on("l1", ALICE)).deploy();
    await logger.waitForDeployment();
    const call = async (member: string, to: Hex, data: string) =>
      void (await (await ecosystem.on(member, ALICE).sendTransaction({ to, data })).wait());
    const alice = ecosystem.on("a", ALICE).address;
    for (const [member, address] of [
      ["l1", l1Token],
      ["a", l2Token],
    ] as const)
      await call(member, address, token.encodeFunctionData("mint", [alice, 10n]));
    await call("l1", l1Token, token.encodeFunctionData("setAttack", [await logger.getAddress(), "0x"]));
    await call(
      "a",
      l2Token,
      token.encodeFunctionData("setAttack", [PREDEPLOYS.L1Messenger, messenger.encodeFunctionData("sendToL1", ["0x1234"])]),
    );

    const { canonicalTxHash } = await deposit(info, { chain: "a", amount: 5n, token: l1Token }, ecosystem.on("l1", ALICE));
    await ecosystem.devnet.relay();
    assert.equal((await ecosystem.provider(271).getTransactionReceipt(canonicalTxHash))?.status, 1);
    // Both have the same address.
    const sent = await send(info, { chain: "a", to: `${VICTIM}@b`, amount: 5n, token: `${l2Token}@a` }, ecosystem.on("a", ALICE));
    assert.equal(sent.type, "transfer");
  });
});
