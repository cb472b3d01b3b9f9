import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { ZeroAddress, type Contract, type TransactionReceipt } from "ethers";
import { type AtomicFlow, hashAtomicFlow } from "../../../src/ground/protocol/atomic-flow.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { callOf, START, startFlowWorld, type FlowWorld } from "./support/flow-world.ts";
import { assertReverts } from "./support/revert-reason.ts";
import { chainOf, COIN, contractAt, DEADLINE, partyOf, recipientOf, sampleFlow } from "./support/sample-flow.ts";

const [STRANGER, RIVAL] = [9, 8] as const;
const FEE = 7n;

let world: FlowWorld;
let restore: () => Promise<void>;
before(async () => {
  world = await startFlowWorld();
});
beforeEach(async () => {
  restore = await world.snapshot();
});
afterEach(() => restore());
after(() => world.close());

const balance = (flow: AtomicFlow, leg: number, account: string): Promise<bigint> =>
  chainOf(world, flow, leg).ethers.provider.getBalance(account);
const refused = (call: Promise<unknown>, error: string, args?: readonly unknown[]): Promise<void> =>
  assertReverts(call, "AtomicFlows", error, args);
const address = async (contract: Contract): Promise<Hex> => (await contract.getAddress()).toLowerCase() as Hex;
const encode = (flow: AtomicFlow, leg: number, name: string, args: readonly unknown[]): Hex =>
  chainOf(world, flow, leg).flows.interface.encodeFunctionData(name, [...args]) as Hex;

async function give(flow: AtomicFlow, leg: number, fee: bigint): Promise<void> {
  const chain = chainOf(world, flow, leg);
  const { token, amount } = flow.legs[leg]!;
  await chain.send(chain.flows, partyOf(leg), "prepareWithFee", [flow, leg, fee], (token === COIN ? amount : 0n) + fee);
}
const addFee = (flow: AtomicFlow, leg: number, value: bigint, user: number = RIVAL): Promise<TransactionReceipt> => {
  const { flows, send } = chainOf(world, flow, leg);
  return send(flows, user, "addFee", [hashAtomicFlow(flow), leg], value);
};
const feeOf = (flow: AtomicFlow, leg: number): Promise<bigint> =>
  chainOf(world, flow, leg).flows.getFunction("feeOf").staticCall(hashAtomicFlow(flow), leg) as Promise<bigint>;
const end = (flow: AtomicFlow, leg: number, name: string, args: readonly unknown[], user: number = STRANGER) => {
  const { flows, send } = chainOf(world, flow, leg);
  return send(flows, user, name, args);
};
async function settle(at: bigint): Promise<void> {
  for (const chain of world.chains) await chain.execute(at);
  for (const chain of world.chains) await chain.importRoot();
}
const othersOf = (flow: AtomicFlow, leg: number): object[] =>
  [...flow.legs.keys()].filter((each) => each !== leg).map((each) => world.fact(flow, each));
const releaseOf = (flow: AtomicFlow, leg: number, to = flow.legs[leg]!.recipient): readonly unknown[] => [
  flow,
  leg,
  [world.fact(flow, flow.legs.length - 1)],
  to,
];
/** Refund by the missing pivot: in the state after the newest batch of its chain. */
function refundOf(flow: AtomicFlow, leg: number, to = flow.legs[leg]!.party): readonly unknown[] {
  const pivot = flow.legs.length - 1;
  const leaf = world.leaves.findLast(({ chainId }) => chainId === flow.legs[pivot]!.chainId)!;
  return [flow, leg, pivot, world.absence(flow, pivot, leaf), to];
}
/** A flow of three legs with fees, whose pivot has run. */
async function committed(legs: Parameters<typeof sampleFlow>[1] = {}, fee = FEE): Promise<AtomicFlow> {
  const flow = sampleFlow(world, legs);
  for (const leg of flow.legs.keys()) await give(flow, leg, leg === 2 ? 0n : fee);
  await settle(START + 10n);
  await end(flow, 2, "execute", [flow, 2, "0x", othersOf(flow, 2)]);
  await settle(START + 20n);
  return flow;
}
/** Gain of a user by a call without its gas, which costs nothing here except the receipt's fee. */
async function gainOf(flow: AtomicFlow, leg: number, user: number, call: () => Promise<TransactionReceipt>): Promise<bigint> {
  const account = world.chains[0].users[user]!.address;
  const had = await balance(flow, leg, account);
  const { gasUsed, gasPrice } = await call();
  return (await balance(flow, leg, account)) - had + gasUsed * gasPrice;
}

describe("C11: fees for ending legs of flows", () => {
  test("the caller that releases a leg gets its fee, in addition to the recipient's amount, and no later caller gets anything", async () => {
    const flow = await committed();
    assert.deepEqual([await feeOf(flow, 0), await feeOf(flow, 1)], [FEE, FEE]);
    await addFee(flow, 0, 5n);
    assert.equal(await feeOf(flow, 0), FEE + 5n);
    const release = () => end(flow, 0, "release", releaseOf(flow, 0));
    assert.equal(await gainOf(flow, 0, STRANGER, release), FEE + 5n);
    assert.equal(await balance(flow, 0, recipientOf(0)), 100n);
    assert.equal(await balance(flow, 0, world.address), 0n);
    assert.equal(await feeOf(flow, 0), 0n);
    await refused(end(flow, 0, "release", releaseOf(flow, 0), RIVAL), "EscrowNotHeld");
  });

  test("the caller that gives a leg back gets it too: the work is the same; and the caller that runs a pivot", async () => {
    const flow = sampleFlow(world);
    for (const leg of flow.legs.keys()) await give(flow, leg, FEE);
    await settle(START + 10n);
    world.chains[2].clock = DEADLINE + 1n;
    await world.chains[2].send(await world.chains[2].predeploy("L1Messenger"), RIVAL, "sendToL1", ["0x"]);
    await settle(DEADLINE + 10n);
    const party = flow.legs[0]!.party;
    const had = await balance(flow, 0, party);
    assert.equal(await gainOf(flow, 0, STRANGER, () => end(flow, 0, "refund", refundOf(flow, 0))), FEE);
    assert.equal((await balance(flow, 0, party)) - had, 100n);
    assert.equal(await balance(flow, 0, world.address), 0n);
    // The pivot itself, on its own chain.
    assert.equal(await gainOf(flow, 2, STRANGER, () => end(flow, 2, "refund", refundOf(flow, 2))), FEE);

    world.chains[2].clock = START;
    const next = sampleFlow(world, { deadline: DEADLINE + 1_000n });
    for (const leg of next.legs.keys()) await give(next, leg, leg === 2 ? FEE : 0n);
    await settle(DEADLINE + 20n);
    const run = () => end(next, 2, "execute", [next, 2, "0x", othersOf(next, 2)]);
    assert.equal(await gainOf(next, 2, STRANGER, run), FEE);
    assert.equal(await balance(next, 2, recipientOf(2)), 102n);
  });

  test("a leg of a token, or of nothing, has a separate fee in coins; any other value than amount and fee is refused", async () => {
    const token = await contractAt(world, 0, "L2TestToken", 10_000n, false, false);
    await world.chains[0].send(token, STRANGER, "transfer", [world.chains[0].users[partyOf(0)]!.address, 1_000n]);
    await world.chains[0].send(token, partyOf(0), "approve", [world.address, 1_000n]);
    const legs = { 0: { token: await address(token) }, 1: { amount: 0n } };
    const flow = sampleFlow(world, { legs });
    const { flows, send } = world.chains[0];
    const prepare = (fee: bigint, value: bigint) => send(flows, partyOf(0), "prepareWithFee", [flow, 0, fee], value);
    await refused(prepare(FEE, 0n), "AmountMismatch", [FEE, 0n]);
    await refused(prepare(FEE, FEE + 1n), "AmountMismatch", [FEE, FEE + 1n]);
    await refused(send(flows, partyOf(0), "prepare", [flow, 0], 1n), "AmountMismatch", [0n, 1n]);
    const paid = await committed({ legs });
    assert.equal(await gainOf(paid, 0, STRANGER, () => end(paid, 0, "release", releaseOf(paid, 0))), FEE);
    assert.equal(await token.getFunction("balanceOf").staticCall(recipientOf(0)), 100n);
    assert.equal(await gainOf(paid, 1, STRANGER, () => end(paid, 1, "release", releaseOf(paid, 1))), FEE);
  });

  test("nothing is taken for a leg that is not in escrow: neither before nor after", async () => {
    const flow = sampleFlow(world);
    await refused(addFee(flow, 0, FEE), "EscrowNotHeld", [hashAtomicFlow(flow), 0n, 0n]);
    const ended = await committed();
    await end(ended, 0, "release", releaseOf(ended, 0));
    await refused(addFee(ended, 0, FEE), "EscrowNotHeld", [hashAtomicFlow(ended), 0n, 2n]);
    assert.equal(await balance(ended, 0, world.address), 0n);
  });
});

describe("C11 attack: fees for ending legs of flows", () => {
  test("a caller that ends nothing gets nothing: with a false proof, before the end is known, for another payee, twice", async () => {
    const flow = sampleFlow(world);
    for (const leg of flow.legs.keys()) await give(flow, leg, FEE);
    await settle(START + 10n);
    await refused(end(flow, 0, "release", [flow, 0, [world.fact(flow, 1)], recipientOf(0)]), "FactNotProven");
    await refused(end(flow, 0, "refund", refundOf(flow, 0)), "AbsenceTooEarly");
    const thief = world.chains[0].users[STRANGER]!.address;
    await refused(end(flow, 0, "release", [flow, 0, [world.fact(flow, 0)], thief]), "PayeeNotAllowed");
    assert.deepEqual([await feeOf(flow, 0), await balance(flow, 0, world.address)], [FEE, 100n + FEE]);
  });

  test("a contract that is paid a fee can end no other way meanwhile, and add nothing: one fee, one end", async () => {
    const flow = await committed();
    const hostile = await contractAt(world, 0, "Reentrant");
    const again = [
      encode(flow, 0, "release", releaseOf(flow, 0)),
      encode(flow, 0, "refund", refundOf(flow, 0)),
      encode(flow, 0, "addFee", [hashAtomicFlow(flow), 0]),
    ];
    for (const [i, data] of again.entries()) {
      const undo = await world.snapshot();
      await world.chains[0].send(hostile, STRANGER, "prepare", [world.address, data]);
      const call = encode(flow, 0, "release", releaseOf(flow, 0));
      const { logs } = await world.chains[0].send(hostile, STRANGER, "execute", [world.address, call]);
      const tried = logs.flatMap((log) => hostile.interface.parseLog(log) ?? []).find(({ name }) => name === "Tried");
      const { interface: flows } = world.chains[0].flows;
      const result = flows.parseError(tried!.args["result"] as string);
      assert.deepEqual([tried!.args["success"], result?.name], [false, "EscrowNotHeld"], `call ${i}`);
      assert.deepEqual([await balance(flow, 0, await address(hostile)), await balance(flow, 0, world.address)], [FEE, 0n]);
      await undo();
    }
  });

  test("a recipient of the pivot cannot take its leg's fee by calling back: it is its caller's, once", async () => {
    const recipient = await contractAt(world, 2, "FlowRecipient");
    const to = await address(recipient);
    const flow = sampleFlow(world, { legs: { 2: { recipient: to, callHash: callOf("0xc0de") } } });
    for (const leg of flow.legs.keys()) await give(flow, leg, FEE);
    await settle(START + 10n);
    const args = [flow, 2, "0xc0de", othersOf(flow, 2)];
    await world.chains[2].send(recipient, STRANGER, "prepareReentry", [world.address, encode(flow, 2, "execute", args)]);
    assert.equal(await gainOf(flow, 2, STRANGER, () => end(flow, 2, "execute", args)), FEE);
    assert.equal(await recipient.getFunction("reentered").staticCall(), false);
    assert.deepEqual([await balance(flow, 2, to), await balance(flow, 2, world.address)], [102n, 0n]);
  });

  test("a stranger's fee does not hold up a recipient that takes no coins: the fee goes where the leg goes, or stays", async () => {
    const contract = await contractAt(world, 0, "CoinlessCaller");
    const refuses = await contractAt(world, 0, "RefusesPayment");
    const token = await contractAt(world, 0, "L2TestToken", 10_000n, false, false);
    await world.chains[0].send(token, STRANGER, "transfer", [world.chains[0].users[partyOf(0)]!.address, 1_000n]);
    await world.chains[0].send(token, partyOf(0), "approve", [world.address, 1_000n]);
    for (const [to, got, payee] of [
      [recipientOf(5), FEE, recipientOf(5)],
      [await address(refuses), 0n, ZeroAddress],
    ] as const) {
      const legs = { 0: { token: await address(token), recipient: await address(contract) } };
      const flow = await committed({ legs }, 0n);
      await addFee(flow, 0, FEE);
      const call = encode(flow, 0, "release", releaseOf(flow, 0, to));
      const { logs } = await world.chains[0].send(contract, STRANGER, "call", [world.address, call]);
      const { interface: flows } = world.chains[0].flows;
      const paid = logs.flatMap((log) => flows.parseLog(log) ?? []).find(({ name }) => name === "FeePaid");
      assert.deepEqual([...paid!.args].map(String), [hashAtomicFlow(flow), "0", world.chains[0].ethers.getAddress(payee), "7"]);
      assert.equal(await balance(flow, 0, to), got);
      assert.equal(await token.getFunction("balanceOf").staticCall(to), 100n);
      assert.equal(await feeOf(flow, 0), 0n);
    }
    assert.equal(await world.chains[0].ethers.provider.getBalance(world.address), FEE);
  });
});
