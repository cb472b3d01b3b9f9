import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { hashAtomicFlow, type AtomicFlow } from "../../../src/ground/protocol/atomic-flow.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { createRandomness } from "../../protocol/random-batches.ts";
import { byNight } from "../../support/nightly.ts";
import { FlowSchedule, HELD, MISSING, REFUNDED, RELEASED } from "./support/flow-schedule.ts";
import { startFlowWorld, type FlowWorld, type WorldLeaf } from "./support/flow-world.ts";
import { heldOnStopped, StoppedWorld, type Payout } from "./support/stopped-world.ts";
import { contractAt, DEADLINE } from "./support/sample-flow.ts";

/** `FLOW_SCHEDULES=400` runs more of them. */
const SCHEDULES = Number(process.env["FLOW_SCHEDULES"] ?? byNight(12, 3));
/** Maximum schedules searched for a leg that L1 pays out and one that it refunds. */
const MOST_SCHEDULES = 4 * SCHEDULES;
const SEED = Number(process.env["FLOW_SEED"] ?? 1);

/** Legs of a flow that L1 is asked to pay. */
const MOST_ON_L1 = byNight(8, 1);
const STRANGER: Hex = "0x00000000000000000000000000000000000057a6";

let world: FlowWorld;
let stoppedWorld: StoppedWorld;
let recipients: Hex[];
before(async () => {
  world = await startFlowWorld();
  stoppedWorld = await StoppedWorld.start(world);
  recipients = [];
  // On the first chain pivots are refused; the others take them.
  for (const chain of [0, 1, 2] as const) {
    const recipient = await contractAt(world, chain, "FlowRecipient");
    recipients.push((await recipient.getAddress()).toLowerCase() as Hex);
    if (chain === 0) await world.chains[chain].send(recipient, 9, "set", [true, "0x00000000"]);
  }
});
after(async () => {
  await world.close();
  await stoppedWorld.close();
});

/** Checks that each chain's contract holds exactly the escrows and the fees for their ends. */
async function requireBacked(schedule: FlowSchedule): Promise<void> {
  for (const chain of world.chains) {
    let sum = 0n;
    for (const flow of schedule.flows)
      for (const [leg, { chainId, amount }] of flow.legs.entries())
        if (chainId === chain.chainId && schedule.statusOf(flow, leg) === HELD) sum += amount + (await schedule.feeOf(flow, leg));
    assert.equal(await chain.ethers.provider.getBalance(world.address), sum, `chain ${chain.chainId}`);
  }
}

/** Leaves of a chain on both sides of the deadline, by both clocks, and the last one. */
function candidates(leaves: readonly WorldLeaf[]): Set<WorldLeaf> {
  const late = leaves.findIndex(({ record }) => record.executedAt > DEADLINE);
  const ended = leaves.findIndex(({ record }) => record.lastTimestamp > DEADLINE);
  const at = [late - 1, late, ended - 1, ended, leaves.length - 1];
  return new Set(at.flatMap((index) => leaves[index] ?? []));
}

/** Ends the open legs of a flow: each can either be paid out or refunded. */
async function end(schedule: FlowSchedule, flow: AtomicFlow): Promise<void> {
  for (const [leg, { chainId }] of flow.legs.entries()) {
    const chain = world.chains.findIndex((each) => each.chainId === chainId);
    if (schedule.isSilent(chain) || schedule.statusOf(flow, leg) !== HELD) continue;
    const release = schedule.releaseOf(flow, leg);
    const isReleasable = release !== undefined && (await schedule.tries(flow, leg, "release", release));
    const refunds: (readonly unknown[])[] = [];
    for (const [missing, { chainId: lost }] of flow.legs.entries()) {
      for (const leaf of candidates(world.leaves.filter(({ chainId: of }) => of === lost))) {
        const refund = schedule.refundOf(flow, leg, missing, leaf);
        if (await schedule.tries(flow, leg, "refund", refund)) refunds.push(refund);
      }
    }
    assert.notEqual(isReleasable, refunds.length > 0, `leg ${leg}: both, or stuck`);
    const [name, args, leadsTo] = isReleasable
      ? (["release", release, RELEASED] as const)
      : (["refund", refunds[0]!, REFUNDED] as const);
    assert.ok(await schedule.tries(flow, leg, name, args, leadsTo));
  }
}

/**
 * Ends a stopped chain's legs on L1: each is paid to the leg's recipient or refunded to its party, once, and to no other
 * account. Resolves with the outcomes.
 */
async function endOnL1(schedule: FlowSchedule, flow: AtomicFlow): Promise<bigint[]> {
  const ends: bigint[] = [];
  const leavesOf = (lost: bigint) => candidates(world.leaves.filter(({ chainId }) => chainId === lost));
  for (const leg of heldOnStopped(world, schedule, flow).slice(0, MOST_ON_L1)) {
    const { chainId, amount, party, recipient } = flow.legs[leg]!;
    const paying: Payout[] = [];
    const fee = schedule.settledFee(flow, leg);
    for (const payout of stoppedWorld.payouts(flow, leg, fee, leavesOf))
      if ((await stoppedWorld.refusal(payout)) === undefined) paying.push(payout);
    assert.equal(new Set(paying.map(({ end: name }) => name)).size, 1, `leg ${leg} on L1: both, or stuck`);
    const [first] = paying as [Payout];
    // Where both are one account, a stranger.
    const other = [recipient, party, STRANGER].find((account) => account !== first.owner);
    assert.equal(await stoppedWorld.refusal(first, other), "NotTheOwner");
    assert.equal(await stoppedWorld.pay(first, chainId), amount + fee);
    assert.equal(await stoppedWorld.refusal(first), "EscrowAlreadyPaid");
    ends.push(first.end === "claimEscrow" ? RELEASED : REFUNDED);
  }
  return ends;
}

/** Outcomes of a flow's legs, of exited chains by their last state. */
async function outcomes(schedule: FlowSchedule, flow: AtomicFlow): Promise<Set<bigint>> {
  const found = new Set<bigint>();
  for (const [leg, { chainId }] of flow.legs.entries()) {
    const chain = world.chains.findIndex((each) => each.chainId === chainId);
    const told = (await world.chains[chain]!.flows.getFunction("escrowStatus").staticCall(hashAtomicFlow(flow), leg)) as bigint;
    assert.equal(told, schedule.statusOf(flow, leg));
    const status = schedule.isSilent(chain) ? schedule.settledStatus(flow, leg) : schedule.statusOf(flow, leg);
    // What an exited chain held L1 pays.
    if (status !== MISSING && !(status === HELD && schedule.isSilent(chain))) found.add(status);
  }
  return found;
}

test(`C11: in ${SCHEDULES} random schedules each flow is released or refunded as a whole, on L1 too, never both, and nothing is stuck`, async () => {
  const seen = { released: 0, refunded: 0, exited: 0, claimed: 0, givenBack: 0 };
  // Where none of the schedules had a chain stop with such a leg, further ones do.
  const isEnough = (): boolean => SCHEDULES < 12 || seen.claimed * seen.givenBack > 0;
  for (let i = 0; i < SCHEDULES || (!isEnough() && i < MOST_SCHEDULES); i++) {
    const restore = await world.snapshot();
    const schedule = new FlowSchedule(world, createRandomness(SEED + i), recipients);
    try {
      await schedule.run(() => requireBacked(schedule));
      await schedule.finish();
      await stoppedWorld.learn(schedule);
      for (const flow of schedule.flows) {
        await end(schedule, flow);
        const onL1 = await endOnL1(schedule, flow);
        seen.claimed += onL1.filter((each) => each === RELEASED).length;
        seen.givenBack += onL1.filter((each) => each === REFUNDED).length;
        const all = new Set([...(await outcomes(schedule, flow)), ...onL1]);
        assert.ok(all.size <= 1, `${[...all].join(" and ")} of one flow`);
        if (all.has(RELEASED)) seen.released++;
        if (all.has(REFUNDED)) seen.refunded++;
      }
      seen.exited += world.chains.filter((_, chain) => schedule.isSilent(chain)).length;
      await requireBacked(schedule);
    } catch (error) {
      throw new Error(`schedule of seed ${SEED + i}`, { cause: error });
    }
    await restore();
  }
  assert.ok(seen.released >= SCHEDULES / 4 && seen.refunded >= SCHEDULES / 4 && seen.exited > 0, JSON.stringify(seen));
  assert.ok(seen.claimed + seen.givenBack > 0 && isEnough(), JSON.stringify(seen));
});
