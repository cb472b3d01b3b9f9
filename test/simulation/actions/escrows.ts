import { flowFactKey, type AtomicFlow } from "../../../src/ground/protocol/atomic-flow.ts";
import { isMark } from "../../../src/ground/protocol/batch-record.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { transactionTreeProof } from "../../../src/ground/protocol/transaction-tree.ts";
import { leafPath, lowLeaf } from "../../../src/chain/state/leaf-path.ts";
import { ATOMIC_FLOWS_ADDRESS } from "../../../src/ecosystem/relayer/atomic-flows-address.ts";
import type { BatchRoot } from "../../../src/ecosystem/relayer/state-proof.ts";
import { escrowOf, outcomeOnL1, tokenOf, type FlowRecord } from "../l2/flows.ts";
import type { L2Chain } from "../l2/l2-chain.ts";
import { ownerOf } from "../l2/plan.ts";
import { ZERO_ADDRESS } from "../model/aliases.ts";
import { HELD, type ShownAbsence, type ShownEscrow, type ShownFact } from "../model/escrows.ts";
import { callOf, type Action, type Intent, type Situation } from "./action.ts";

/** A leg that the last state of a stopped chain has in escrow. */
interface HeldLeg {
  readonly record: FlowRecord;
  readonly leg: number;
  readonly l2: L2Chain;
}

/** Held legs of stopped chains, whose states are constant. */
const heldOn = new WeakMap<L2Chain, readonly HeldLeg[]>();

function heldLegs({ records }: Situation): HeldLeg[] {
  return records.chains
    .filter(({ chain, isHonest }) => isHonest && chain.exited.value)
    .flatMap((l2) => {
      const known = heldOn.get(l2) ?? records.flows.flatMap((record) => legsHeld(record, l2));
      heldOn.set(l2, known);
      return known;
    });
}

function legsHeld(record: FlowRecord, l2: L2Chain): HeldLeg[] {
  return [...record.flow.legs.entries()].flatMap(([leg, { chainId }]) =>
    chainId === l2.chain.id && escrowOf(l2, record, leg).status === HELD ? [{ record, leg, l2 }] : [],
  );
}

/** Selects legs without a payment on L1, and some others. */
function mostlyUnpaid<T>({ random, world }: Situation, ways: readonly T[], heldOf: (way: T) => HeldLeg): readonly T[] {
  const isPaid = (way: T): boolean => world.paidEscrows.get(heldOf(way).record.id, BigInt(heldOf(way).leg)) === "whole";
  const open = ways.filter((way) => !isPaid(way));
  return open.length > 0 && !random.oneIn(6) ? open : ways;
}

function shownBatch({ world }: Situation, leafIndex: number): BatchRoot {
  const { chainId, batchNumber, logRoot, record } = world.rootContents.value[leafIndex]!;
  const leaves = world.rootLeaves.value;
  const [siblings, rootIndex] = [transactionTreeProof(leaves, leafIndex), BigInt(leaves.length)];
  return { chainId, batchNumber, logRoot, record, leafIndex: BigInt(leafIndex), siblings, rootIndex };
}

function shownEscrow({ world, records }: Situation, { record, leg, l2 }: HeldLeg): ShownEscrow {
  const path = leafPath(l2.tree.prove(flowFactKey(ATOMIC_FLOWS_ADDRESS, record.id, leg, false)));
  const { fee } = escrowOf(l2, record, leg);
  return { flow: record.flow, leg, token: tokenOf(world, records, l2, record.flow.legs[leg]!), fee, path };
}

/** The legs whose facts a claim shows. */
function neededFor({ legs }: AtomicFlow): readonly number[] {
  const pivot = legs.findIndex(({ isPivot }) => isPivot);
  return pivot === -1 ? [...legs.keys()] : [pivot];
}

function hasFacts({ records }: Situation, { id, flow }: FlowRecord): boolean {
  return neededFor(flow).every((leg) => records.fact(id, leg) !== undefined);
}

function factsFor(situation: Situation, { id, flow }: FlowRecord): ShownFact[] {
  return neededFor(flow).map((leg) => {
    const { leafIndex, messageIndex, logProof } = situation.records.fact(id, leg)!;
    return { batch: shownBatch(situation, leafIndex), index: messageIndex, proof: logProof };
  });
}

/** The last mark of a leg's chain, where that has stopped without the leg; undefined for every other leg. */
function markWithout({ records, world }: Situation, { id, flow }: FlowRecord, leg: number): number | undefined {
  const { chainId, isPivot } = flow.legs[leg]!;
  const l2 = records.l2(chainId);
  if (l2?.chain.exited.value !== true || l2.tree.get(flowFactKey(ATOMIC_FLOWS_ADDRESS, id, leg, isPivot)) !== 0n)
    return undefined;
  const at = world.rootContents.value.findLastIndex((leaf) => leaf.chainId === chainId && isMark(leaf.record));
  return at === -1 ? undefined : at;
}

function absenceOf(situation: Situation, { id, flow }: FlowRecord, leg: number, leafIndex: number): ShownAbsence {
  const { chainId, isPivot } = flow.legs[leg]!;
  const proof = situation.records.l2(chainId)!.tree.prove(flowFactKey(ATOMIC_FLOWS_ADDRESS, id, leg, isPivot));
  return { batch: shownBatch(situation, leafIndex), low: lowLeaf(proof), path: leafPath(proof) };
}

type Claim = readonly [escrow: ShownEscrow, shown: readonly ShownFact[], recipient: Hex];

function claim(situation: Situation, change: (args: Claim) => Claim = (args) => args, hasHappened = true): Intent | undefined {
  const { random, world, scene, records } = situation;
  const shown = heldLegs(situation).filter(
    ({ record }) => hasFacts(situation, record) && outcomeOnL1(world, records, record).committed === hasHappened,
  );
  const found = random.pick(mostlyUnpaid(situation, shown, (held) => held));
  if (found === undefined) return undefined;
  const owner = ownerOf(world, found.record.flow.legs[found.leg]!.recipient);
  const recipient = random.choose(owner, ...scene.accounts.users);
  const args = change([shownEscrow(situation, found), factsFor(situation, found.record), recipient]);
  return { call: callOf(world.addresses.stateExit, "claimEscrow", ...args), by: owner };
}

/** A leg that is held, another that may be missing, and where the registry is to show that. */
interface RefundWay {
  readonly held: HeldLeg;
  readonly missing: number;
  readonly leafIndex: number;
}

function refundBy(situation: Situation, ways: readonly RefundWay[]): Intent | undefined {
  const { random, world, scene } = situation;
  const found = random.pick(mostlyUnpaid(situation, ways, ({ held }) => held));
  if (found === undefined) return undefined;
  const { held, missing, leafIndex } = found;
  const owner = ownerOf(world, held.record.flow.legs[held.leg]!.party);
  const recipient = random.choose(owner, ...scene.accounts.users);
  const args = [shownEscrow(situation, held), missing, absenceOf(situation, held.record, missing, leafIndex), recipient];
  return { call: callOf(world.addresses.stateExit, "refundEscrow", ...args), by: owner };
}

function waysOf(situation: Situation, leafOf: (held: HeldLeg, missing: number) => number | undefined): RefundWay[] {
  return heldLegs(situation).flatMap((held) =>
    [...held.record.flow.legs.keys()].flatMap((missing) => {
      const leafIndex = leafOf(held, missing);
      return leafIndex === undefined || leafIndex === -1 ? [] : [{ held, missing, leafIndex }];
    }),
  );
}

function refund(situation: Situation): Intent | undefined {
  const { world, records } = situation;
  const leafOf = ({ record }: HeldLeg, missing: number): number | undefined =>
    outcomeOnL1(world, records, record).missing.includes(missing) ? markWithout(situation, record, missing) : undefined;
  return refundBy(situation, waysOf(situation, leafOf));
}

/** Refunds a leg by a batch that L1 executed before the deadline. */
function refundEarly(situation: Situation): Intent | undefined {
  const leaves = situation.world.rootContents.value;
  const leafOf = ({ record: { flow } }: HeldLeg, missing: number): number => {
    const { chainId, isPivot } = flow.legs[missing]!;
    return leaves.findIndex(
      ({ chainId: of, record }) => of === chainId && (isPivot ? record.lastTimestamp : record.executedAt) <= flow.deadline,
    );
  };
  return refundBy(situation, waysOf(situation, leafOf));
}

/** One thing wrong with a claim, by the error that it may lead to. */
const FALSE_CLAIMS: Record<string, (args: Claim, situation: Situation) => Claim> = {
  "StateExit.StateRootMismatch": ([escrow, shown, to]) => [{ ...escrow, fee: escrow.fee + 1n }, shown, to],
  "StateExit.FlowMessageCount": ([escrow, shown, to]) => [escrow, shown.slice(1), to],
  "StateExit.MessageNotIncluded": ([escrow, shown, to]) => [
    escrow,
    shown.map((fact) => ({ ...fact, index: fact.index + 1n })),
    to,
  ],
  "StateExit.BatchNotOnL1": ([escrow, shown, to]) => [
    escrow,
    shown.map((fact) => ({ ...fact, batch: { ...fact.batch, batchNumber: fact.batch.batchNumber + 1n } })),
    to,
  ],
  "StateExit.BatchOfAnotherChain": ([escrow, shown, to]) => [
    escrow,
    shown.map((fact) => ({ ...fact, batch: { ...fact.batch, chainId: 77n } })),
    to,
  ],
  "StateExit.FlowMalformed": ([escrow, shown, to]) => [{ ...escrow, leg: 7 }, shown, to],
  "StateExit.ZeroRecipient": ([escrow, shown]) => [escrow, shown, ZERO_ADDRESS],
};

/** A pivot that is still held did not run. */
function claimPivot(situation: Situation): Intent | undefined {
  const { random, world } = situation;
  const found = random.pick(heldLegs(situation).filter(({ record, leg }) => record.flow.legs[leg]!.isPivot));
  if (found === undefined) return undefined;
  const owner = ownerOf(world, found.record.flow.legs[found.leg]!.recipient);
  return { call: callOf(world.addresses.stateExit, "claimEscrow", shownEscrow(situation, found), [], owner), by: owner };
}

/** The other end of a flow that has one, by the same leg's other account. */
const strangersClaim = (situation: Situation): Intent | undefined => {
  const intent = claim(situation);
  return intent && { call: intent.call };
};

export const escrowActions: readonly Action[] = [
  {
    name: "claim an escrow",
    aims: ["StateExit.claimEscrow ok", "StateExit.EscrowAlreadyPaid"],
    weight: 3,
    make: (situation) => claim(situation),
  },
  {
    name: "claim an escrow of a flow that was late",
    aims: ["StateExit.LegTooLate"],
    weight: 0.2,
    make: (situation) => claim(situation, undefined, false),
  },
  {
    name: "refund an escrow",
    aims: ["StateExit.refundEscrow ok", "StateExit.EscrowAlreadyPaid"],
    weight: 3,
    make: refund,
  },
  {
    name: "refund an escrow early",
    aims: ["StateExit.AbsenceTooEarly"],
    weight: 0.2,
    make: refundEarly,
  },
  { name: "claim a pivot's escrow", aims: ["StateExit.PivotNotReleased"], weight: 0.1, make: claimPivot },
  { name: "claim a stranger's escrow", aims: ["StateExit.NotTheOwner"], weight: 0.2, make: strangersClaim },
  ...Object.entries(FALSE_CLAIMS).map(([error, change]): Action => ({
    name: `claim an escrow with ${error}`,
    aims: [error],
    weight: 0.1,
    make: (situation) => claim(situation, (args) => change(args, situation)),
  })),
];
