import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface } from "ethers";
import type { JsonRpcProvider, Provider } from "ethers";
import { hyperchainAbi } from "../../src/abi/hyperchain.ts";
import { call } from "../../src/client/call.ts";
import { callTogether } from "../../src/client/call-together.ts";
import type { SentCall } from "../../src/client/direct-call.ts";
import type { Hex } from "../../src/protocol/hex.ts";
import { deploy } from "../client/support.ts";
import { ALICE, BOB, clientOf, ETHER, RELAYER, startFlowDevnet, UNPROVEN } from "./support/devnet.ts";
import type { FlowDevnet } from "./support/devnet.ts";

const [A, B] = [271n, 272n];
const [X, Y] = [A + (1n << 32n), A + (2n << 32n)];
const L1 = 31_337n;
const target = new Interface([
  "function double(uint256) payable returns (uint256)",
  "event Called(address caller, uint256 argument, uint256 value)",
]);
const double = (argument: bigint): Hex => target.encodeFunctionData("double", [argument]) as Hex;

describe("D3: an atomic pair is forced through what two chains settle on", () => {
  let devnet: FlowDevnet;
  const clients = new Map<bigint, JsonRpcProvider>();
  const targets = new Map<bigint, Hex>();
  const providerOf = (id: bigint): Provider => {
    if (id === L1) return devnet.l1.provider;
    const client = clients.get(id) ?? clientOf(devnet.chains.find(({ chainId }) => chainId === id)!);
    clients.set(id, client);
    return client;
  };
  const on = (id: bigint, account = ALICE) => devnet.accounts.wallet(account).connect(providerOf(id));
  const at = (chain: bigint) => ({ chain, account: targets.get(chain)! });
  const alice = (): string => devnet.accounts.wallet(ALICE).address;
  const hyperchainContract = new Interface(hyperchainAbi);
  /** Operations that were ever in a chain's queue. */
  async function queuedOn(id: bigint): Promise<bigint> {
    const { hyperchain, settlesOn } = devnet.info().chains.find(({ chainId }) => BigInt(chainId) === id)!;
    const call = { to: hyperchain, data: hyperchainContract.encodeFunctionData("getTotalPriorityTxs") };
    return BigInt(await providerOf(BigInt(settlesOn?.chainId ?? L1)).call(call));
  }

  /** What the chain's queue asks for one gas. */
  async function gasPriceOf({ messageHash, destinationChainId }: SentCall): Promise<bigint> {
    const operation = await providerOf(BigInt(destinationChainId)).getTransaction(messageHash);
    return operation!.gasPrice;
  }

  before(async () => {
    devnet = await startFlowDevnet(
      [
        { chainId: A, name: "alpha" },
        { chainId: B, name: "beta" },
        { chainId: X, name: "x", settlesOn: "alpha" },
        { chainId: Y, name: "y", settlesOn: "alpha" },
      ],
      { ...UNPROVEN, relayer: true, fundedAccounts: [ALICE, BOB, RELAYER] },
    );
    for (const id of [A, B, X, Y]) targets.set(id, await deploy(on(id), "CallTarget"));
  });
  after(async () => {
    for (const client of clients.values()) client.destroy();
    await devnet?.close();
    assert.deepEqual(devnet?.faults ?? [], []);
  });

  /** What a queued call did on its chain: what its contract saw, or nothing where it reverted. */
  async function outcome({ destinationChainId, messageHash }: SentCall) {
    const receipt = await providerOf(BigInt(destinationChainId)).getTransactionReceipt(messageHash);
    const [log] = receipt!.logs.filter(({ address }) => address.toLowerCase() === targets.get(BigInt(destinationChainId)));
    return { status: receipt!.status, called: log === undefined ? undefined : [...target.parseLog(log)!.args] };
  }

  for (const [below, one, other] of [
    [A, X, Y],
    [L1, A, B],
  ] as const) {
    const name = below === L1 ? "L1" : "a chain";

    test(`on ${name}, one transaction calls a contract on each, as the sender's own account`, async () => {
      const blocks = await devnet.l1.provider.getBlockNumber();
      const calls = [
        { to: at(one), data: double(2n), value: 5n },
        { to: at(other), data: double(4n) },
      ];
      const sent = await callTogether(devnet.info(), { from: below, calls }, on(below));
      assert.deepEqual(
        sent.map(({ type, sourceChainId, destinationChainId }) => [type, BigInt(sourceChainId), BigInt(destinationChainId)]),
        [
          ["deposit", below, one],
          ["deposit", below, other],
        ],
      );
      assert.equal(sent[0]!.transactionHash, sent[1]!.transactionHash);
      await devnet.relay();
      assert.deepEqual(await outcome(sent[0]!), { status: 1, called: [alice(), 2n, 5n] });
      assert.deepEqual(await outcome(sent[1]!), { status: 1, called: [alice(), 4n, 0n] });
      if (below !== L1) assert.equal(await devnet.l1.provider.getBlockNumber(), blocks);
    });

    test(`on ${name}, a call that one queue refuses leaves the other's empty, and costs nothing but gas`, async () => {
      const before = [await queuedOn(one), await queuedOn(other)];
      const good = { to: at(one), data: double(2n), value: ETHER };
      const refused = { to: at(other), data: double(4n), gasLimit: 8_000_001n };
      const balance = await providerOf(below).getBalance(alice());
      for (const calls of [
        [good, refused],
        [refused, good],
      ]) {
        await assert.rejects(callTogether(devnet.info(), { from: below, calls }, on(below)), {
          code: "Refused",
          details: { error: "GasLimitTooHigh", args: [8_000_000n, 8_000_001n] },
        });
      }
      assert.deepEqual([await queuedOn(one), await queuedOn(other)], before);
      assert.ok((await providerOf(below).getBalance(alice())) > balance - ETHER / 10n);
    });

    test(`on ${name}, a call that reverts on its chain leaves its value to refundTo there, and the other stands`, async () => {
      const refundTo = `0x${"00".repeat(18)}${below === L1 ? "ca11" : "ca12"}`;
      const calls = [
        { to: at(one), data: double(3n), value: 7n, refundTo, gasLimit: 100_000n },
        { to: at(other), data: double(6n), value: 9n },
      ];
      const [failed, stands] = await callTogether(devnet.info(), { from: below, calls }, on(below));
      await devnet.relay();
      assert.deepEqual(await outcome(failed!), { status: 0, called: undefined });
      assert.deepEqual(await outcome(stands!), { status: 1, called: [alice(), 6n, 9n] });
      const [l2GasPrice, refund] = [await gasPriceOf(failed!), await providerOf(one).getBalance(refundTo)];
      const receipt = await providerOf(one).getTransactionReceipt(failed!.messageHash);
      // The value, and of the 100,000 gas and the 60,000 beside them what it did not use.
      assert.equal(refund, 7n + l2GasPrice * (160_000n - receipt!.gasUsed));
      assert.equal(await providerOf(one).getBalance(targets.get(one)!), 5n);
    });

    test(`on ${name}, operations of others come before, between and behind, and each chain takes its own when it does`, async () => {
      const bob = devnet.accounts.wallet(BOB).address;
      const queueOfBob = (id: bigint, argument: bigint) =>
        call(devnet.info(), { from: below, to: at(id), data: double(argument) }, on(below, BOB));
      const before = await queueOfBob(other, 20n);
      const calls = [
        { to: at(one), data: double(22n) },
        { to: at(other), data: double(24n) },
      ];
      const [first, second] = await callTogether(devnet.info(), { from: below, calls }, on(below));
      const behind = await queueOfBob(one, 26n);
      const { pipeline } = devnet.chains.find(({ chainId }) => chainId === one)!;
      await pipeline.pollL1();
      assert.deepEqual(await outcome(first!), { status: 1, called: [alice(), 22n, 0n] });
      // Until the other chain looks, the pair is half done, and anyone may act on either.
      assert.equal(await providerOf(other).getTransactionReceipt(second!.messageHash), null);
      await (await on(other, BOB).sendTransaction({ to: targets.get(other)!, data: double(28n) })).wait();
      await devnet.relay();
      assert.deepEqual(await outcome(second!), { status: 1, called: [alice(), 24n, 0n] });
      for (const [sent, argument] of [
        [before, 20n],
        [behind, 26n],
      ] as const)
        assert.deepEqual(await outcome(sent), { status: 1, called: [bob, argument, 0n] });
    });
  }

  test("a chain that settles elsewhere, and no calls, are refused by name", async () => {
    const calls = [
      { to: at(X), data: double(2n) },
      { to: at(B), data: double(2n) },
    ];
    await assert.rejects(callTogether(devnet.info(), { from: A, calls }, on(A)), {
      code: "OtherSettlementLayer",
      message: /@beta is not on a chain that settles on alpha: its queue is on l1; call it from there$/,
    });
    await assert.rejects(callTogether(devnet.info(), { from: A, calls: [] }, on(A)), RangeError);
  });
});
