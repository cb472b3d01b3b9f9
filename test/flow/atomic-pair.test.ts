import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface, type JsonRpcProvider, type Provider } from "ethers";
import { hyperchainAbi } from "../../src/ground/abi/hyperchain.ts";
import { call } from "../../src/ecosystem/client/calls/call.ts";
import { callTogether } from "../../src/ecosystem/client/calls/call-together.ts";
import { deployAtomicFlows } from "../../src/ecosystem/client/flows/atomic-flows-contract.ts";
import { executeFlow, prepareFlow, refundFlow, releaseFlow } from "../../src/ecosystem/client/flows/atomic-flow.ts";
import { buildFlow, type FlowLegRequest } from "../../src/ecosystem/client/flows/build-flow.ts";
import { atomicFlows } from "../../src/ecosystem/client/sending/contract-interfaces.ts";
import type { SentCall } from "../../src/ecosystem/client/calls/direct-call.ts";
import { flowStatus } from "../../src/ecosystem/client/flows/flow-status.ts";
import { bringRoot } from "../../src/ecosystem/client/queue/l1-word.ts";
import type { AtomicFlow } from "../../src/ground/protocol/atomic-flow.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { ATOMIC_FLOWS_ADDRESS } from "../../src/ecosystem/relayer/atomic-flows-address.ts";
import { deploy } from "../client/support.ts";
import { byNight } from "../support/nightly.ts";
import {
  ALICE,
  BOB,
  clientOf,
  ETHER,
  RELAYER,
  settleNow,
  startFlowDevnet,
  PROVEN_BY_NIGHT,
  type FlowDevnet,
} from "./support/devnet.ts";

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
  const clientOn = (id: bigint): JsonRpcProvider => {
    const client = clients.get(id) ?? clientOf(chainOf(id));
    clients.set(id, client);
    return client;
  };
  const providerOf = (id: bigint): Provider => (id === L1 ? devnet.l1.provider : clientOn(id));
  const chainOf = (id: bigint) => devnet.chains.find(({ chainId }) => chainId === id)!;
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

  /** Price of one gas in the chain's queue. */
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
      { ...PROVEN_BY_NIGHT, relayer: true, singletons: true, fundedAccounts: [ALICE, BOB, RELAYER] },
    );
    for (const id of [A, B, X, Y]) targets.set(id, await deploy(on(id), "CallTarget"));
    // Automatic batches reach L1 first: their proofs take their time on a busy machine.
    for (const id of [X, Y, A, B]) await devnet.settle(id);
  });
  after(async () => {
    for (const client of clients.values()) client.destroy();
    await devnet?.close();
    assert.deepEqual(devnet?.faults ?? [], []);
  });

  /** Outcome of a queued call on its chain: the values that its contract received, or nothing if it reverted. */
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
      const sent = await callTogether(devnet.info(), { chain: below, calls }, on(below));
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
        await assert.rejects(callTogether(devnet.info(), { chain: below, calls }, on(below)), {
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
      const [failed, stands] = await callTogether(devnet.info(), { chain: below, calls }, on(below));
      await devnet.relay();
      assert.deepEqual(await outcome(failed!), { status: 0, called: undefined });
      assert.deepEqual(await outcome(stands!), { status: 1, called: [alice(), 6n, 9n] });
      const [l2GasPrice, refund] = [await gasPriceOf(failed!), await providerOf(one).getBalance(refundTo)];
      const receipt = await providerOf(one).getTransactionReceipt(failed!.messageHash);
      // The value, and the unused part of the 100,000 gas and the additional 60,000.
      assert.equal(refund, 7n + l2GasPrice * (160_000n - receipt!.gasUsed));
      assert.equal(await providerOf(one).getBalance(targets.get(one)!), 5n);
    });

    test(`on ${name}, operations of others come before, between and behind, and each chain takes its own when it does`, async () => {
      const bob = devnet.accounts.wallet(BOB).address;
      const queueOfBob = (id: bigint, argument: bigint) =>
        call(devnet.info(), { chain: below, to: at(id), data: double(argument) }, on(below, BOB));
      const before = await queueOfBob(other, 20n);
      const calls = [
        { to: at(one), data: double(22n) },
        { to: at(other), data: double(24n) },
      ];
      const [first, second] = await callTogether(devnet.info(), { chain: below, calls }, on(below));
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
    await assert.rejects(callTogether(devnet.info(), { chain: A, calls }, on(A)), {
      code: "OtherSettlementLayer",
      message: /@beta is not on a chain that settles on alpha: its queue is on l1; call it from there$/,
    });
    await assert.rejects(callTogether(devnet.info(), { chain: A, calls: [] }, on(A)), RangeError);
  });

  const CAROL = "0x00000000000000000000000000000000000ca201";
  const leg = (id: bigint, amount: bigint, more: Partial<FlowLegRequest> = {}): FlowLegRequest => ({
    party: `${alice()}@${id}`,
    to: `${CAROL}@${id}`,
    amount,
    ...more,
  });
  /** Client of a chain above L1, which has no client here. */
  const aboveL1 = (id: number): JsonRpcProvider => clientOn(BigInt(id));
  const build = async (...legs: readonly FlowLegRequest[]): Promise<AtomicFlow> => {
    const now = BigInt((await clientOn(A).getBlock("latest"))!.timestamp);
    return (await buildFlow(devnet.info(), { legs, deadline: now + 3_000n }, aboveL1)).flow;
  };
  const status = (flow: AtomicFlow) => flowStatus(devnet.info(), flow, aboveL1);
  const statuses = async (flow: AtomicFlow): Promise<string[]> => (await status(flow)).legs.map((each) => each.status);

  test(`a flow of two chains on a chain is paid, another refunded, ${byNight("with real proofs and ", "")}without a block of L1`, async () => {
    for (const id of [X, Y]) await deployAtomicFlows(devnet.info(), id, on(id));
    // What the contracts on it publish would fill its batch, which it then settles on L1.
    await devnet.settle(A);
    const blocks = await devnet.l1.provider.getBlockNumber();
    const paid = await build(leg(X, 5n), leg(Y, 7n, { pivot: true }));
    const missed = await build(leg(X, 11n), leg(Y, 13n, { pivot: true }));
    const give = (flow: AtomicFlow, each: number, id: bigint) => prepareFlow(devnet.info(), { flow, leg: each }, on(id));
    for (const flow of [paid, missed]) await give(flow, 0, X);
    await give(paid, 1, Y);
    const run = () => executeFlow(devnet.info(), { flow: paid }, on(Y), aboveL1);
    await assert.rejects(run(), { code: "FlowOpen", message: "alpha has executed no batch of x with leg 0 of the flow yet" });
    const { receipts } = await settleNow(chainOf(X));
    const proven = await clientOn(A).getTransactionReceipt(receipts.prove!.hash);
    // By night a verifier in Solidity on alpha took a real proof, as flow/chain-on-chain shows by day.
    assert.ok(proven?.status === 1 && proven.gasUsed > byNight(1_000_000n, 0n));
    await chainOf(Y).pipeline.pollL1();
    await run();
    assert.equal(await clientOn(Y).getBalance(CAROL), 7n);
    assert.equal((await status(paid)).state, "open");

    await chainOf(X).provider.request({ method: "evm_increaseTime", params: [4_000] });
    await (await on(Y).sendTransaction({ to: CAROL, value: 1n })).wait();
    await settleNow(chainOf(Y));
    assert.deepEqual([(await status(paid)).state, (await status(missed)).state], ["committed", "aborted"]);
    const refund = () => refundFlow(devnet.info(), { flow: missed, leg: 0 }, on(X), aboveL1);
    await assert.rejects(refund(), { code: "NotImported" });
    await bringRoot(devnet.info(), X, on(A));
    await chainOf(X).pipeline.pollL1();
    await releaseFlow(devnet.info(), { flow: paid, leg: 0 }, on(X), aboveL1);
    await refund();
    assert.deepEqual(
      [await statuses(paid), await statuses(missed)],
      [
        ["released", "released"],
        ["refunded", "missing"],
      ],
    );
    assert.equal(await clientOn(X).getBalance(CAROL), 5n);
    assert.equal(await clientOn(X).getBalance(ATOMIC_FLOWS_ADDRESS), 0n);
    assert.equal(await devnet.l1.provider.getBlockNumber(), blocks);
  });

  test("a flow with a leg outside its chains' layer is refused when it is built and when it is prepared, by the contract also", async () => {
    const refusal = { code: "OtherSettlementLayer", message: /^x settles on alpha, beta on l1: neither could be shown what/ };
    await assert.rejects(build(leg(X, 5n), leg(B, 7n, { pivot: true })), refusal);
    const [first, second] = (await build(leg(X, 5n), leg(Y, 7n))).legs;
    const flow = { ...(await build(leg(X, 5n))), legs: [first!, { ...second!, chainId: B }] };
    await assert.rejects(prepareFlow(devnet.info(), { flow, leg: 0 }, on(X)), refusal);
    await assert.rejects(status(flow), refusal);
    const data = atomicFlows.encodeFunctionData("prepare", [flow, 0]);
    const reason = new Interface(["error LegOnAnotherLayer(uint256 leg, uint256 layer, uint256 chainId)"]);
    await assert.rejects(clientOn(X).call({ from: alice(), to: ATOMIC_FLOWS_ADDRESS, data, value: 5n }), {
      code: "CALL_EXCEPTION",
      data: reason.encodeErrorResult("LegOnAnotherLayer", [1n, A, B]),
    });
  });
});
