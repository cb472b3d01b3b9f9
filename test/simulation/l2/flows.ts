import {
  flowFact,
  flowFactKey,
  hashAtomicFlow,
  type AtomicFlow,
  type FlowLeg,
} from "../../../src/ground/protocol/atomic-flow.ts";
import { isMark } from "../../../src/ground/protocol/batch-record.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { bridgedTokenAddress } from "../../../src/ground/protocol/holding.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { ATOMIC_FLOWS_ADDRESS } from "../../../src/ecosystem/relayer/atomic-flows-address.ts";
import { plain, ZERO_ADDRESS } from "../model/aliases.ts";
import { FEE_UNIT, HELD, REFUNDED, RELEASED } from "../model/escrows.ts";
import type { World } from "../model/world.ts";
import type { Choices } from "../support/random.ts";
import type { L2Chain } from "./l2-chain.ts";
import type { Records } from "./records.ts";

/** An atomic flow between honest chains, as its parties agreed. */
export interface FlowRecord {
  readonly id: Hex;
  readonly flow: AtomicFlow;
}

/** The message of a leg in an executed batch. */
export interface FactRecord {
  /** Leaf index of the batch in the registry. */
  readonly leafIndex: number;
  readonly messageIndex: bigint;
  readonly logProof: readonly Hex[];
  /** When L1 executed the batch. */
  readonly executedAt: bigint;
}

/** Draft of a batch, for moves of flows. */
export interface FlowDraft {
  readonly l2: L2Chain;
  holder(): { token: Hex; account: Hex; amount: bigint } | undefined;
  balance(token: Hex, account: Hex): bigint;
  add(token: Hex, account: Hex, amount: bigint): void;
  write(slot: { readonly record: FlowRecord; readonly leg: number; readonly isPivot: boolean }, value: bigint): void;
  say(body: Uint8Array): void;
}

/** Maximum number of concurrent flows; more would only wait. */
const MOST_OPEN = 96;
/** Number of flows that a chain moves. Older ones hold their legs until the chain stops. */
const NEWEST = 120;
/** Seconds that a flow's escrows have. */
const DURATIONS = [60n, 600n, 5_000n, 60_000n] as const;

/** Content of a leg's slot in its chain's committed state. */
export function escrowOf({ tree }: Pick<L2Chain, "tree">, { id }: FlowRecord, leg: number): { status: bigint; fee: bigint } {
  const word = tree.get(flowFactKey(ATOMIC_FLOWS_ADDRESS, id, leg, false));
  return { status: word % FEE_UNIT, fee: word / FEE_UNIT };
}

function hasRun({ tree }: L2Chain, { id }: FlowRecord, pivot: number): boolean {
  return tree.get(flowFactKey(ATOMIC_FLOWS_ADDRESS, id, pivot, true)) === 1n;
}

/** Proof on L1 about a flow: that it happened, or a missing leg. */
export function outcomeOnL1(
  world: World,
  records: Records,
  { id, flow }: FlowRecord,
): { readonly committed: boolean; readonly missing: readonly number[] } {
  const { legs, deadline } = flow;
  const pivot = legs.findIndex(({ isPivot }) => isPivot);
  const isThere = legs.map((_, leg) => {
    const fact = records.fact(id, leg);
    return fact !== undefined && (leg === pivot || fact.executedAt <= deadline);
  });
  const isOver = ({ chainId, isPivot }: FlowLeg): boolean =>
    world.rootContents.value.some(
      (leaf) => leaf.chainId === chainId && (isPivot ? leaf.record.lastTimestamp : leaf.record.executedAt) > deadline,
    );
  return {
    committed: pivot === -1 ? isThere.every(Boolean) : isThere[pivot] === true,
    missing: [...legs.entries()].flatMap(([leg, terms]) => (!isThere[leg] && isOver(terms) ? [leg] : [])),
  };
}

/** Place of a batch's leaf in the registry. */
export function leafIndexOf({ rootContents }: World, chainId: bigint, batchNumber: bigint): number {
  return rootContents.value.findIndex(
    (leaf) => leaf.chainId === chainId && leaf.batchNumber === batchNumber && !isMark(leaf.record),
  );
}

/** Moves flows in a batch of an honest chain, by parties and strangers. */
export function moveFlows(draft: FlowDraft, world: World, records: Records, random: Choices, timestamp: bigint): void {
  // One chain that lies breaks a flow for all its parties.
  if (!draft.l2.isHonest) return;
  for (let i = 1 + random.index(3); i > 0; i--) agree(draft, world, records, random, timestamp);
  for (const record of records.flows.slice(-NEWEST)) {
    for (const [leg, { chainId }] of record.flow.legs.entries())
      if (chainId === draft.l2.chain.id && !random.oneIn(3)) moveLeg(draft, { world, records, random, timestamp }, record, leg);
  }
}

/** Parties on two chains, or on one, agree on a flow. */
function agree(draft: FlowDraft, world: World, records: Records, random: Choices, timestamp: bigint): void {
  const open = records.flows.filter(({ flow }) => flow.deadline >= timestamp);
  const honest = records.chains.filter(({ isHonest, chain }) => isHonest && !chain.exited.value);
  const [first, other] = [draft.holder(), random.oneIn(2) ? draft.l2 : random.pick(honest)];
  if (first === undefined || other === undefined || open.length >= MOST_OPEN) return;
  const second = random.pick(
    [...other.holdings].flatMap(([name, amount]) => {
      const [token, account] = name.split(",") as [Hex, Hex];
      const isOwned = account !== ATOMIC_FLOWS_ADDRESS && world.kinds.get(account) === undefined;
      return amount > 0n && isOwned ? [{ token, account, amount }] : [];
    }),
  );
  if (second === undefined) return;
  const pivot = random.choose(-1, -1, 0, 1);
  const legs = [
    { at: draft.l2, ...first },
    { at: other, ...second },
  ].map(({ at: { chain }, token, account, amount }, i): FlowLeg => {
    const isBase = token === plain(chain.configuration.baseToken);
    const recipient = random.pick(records.scene.accounts.users.filter((user) => user !== account))!;
    return {
      ...{ chainId: chain.id, isPivot: i === pivot, party: account, recipient, callHash: wordToHex(0n) },
      token: isBase ? PREDEPLOYS.L2BaseToken : bridgedTokenAddress(world.l1ChainId, token),
      // Most of it stays, so that what is agreed is given as a rule.
      amount: random.oneIn(8) ? 0n : random.between(1n, 1n + amount / 8n),
    };
  });
  const flow = { salt: wordToHex(random.between(1n, 1n << 128n)), deadline: timestamp + random.choose(...DURATIONS), legs };
  records.addFlow({ id: hashAtomicFlow(flow), flow });
}

interface Moment {
  readonly world: World;
  readonly records: Records;
  readonly random: Choices;
  readonly timestamp: bigint;
}

/** Advances one leg as its chain allows. */
function moveLeg(draft: FlowDraft, moment: Moment, record: FlowRecord, leg: number): void {
  const { world, records, timestamp } = moment;
  const { id, flow } = record;
  const own = flow.legs[leg]!;
  const { status, fee } = escrowOf(draft.l2, record, leg);
  if (status === 0n) return give(draft, moment, record, leg);
  if (status !== HELD) return;
  const pivot = flow.legs.findIndex(({ isPivot }) => isPivot);
  const isHere = flow.legs[pivot]?.chainId === draft.l2.chain.id;
  const { committed, missing } = outcomeOnL1(world, records, record);
  if (leg === pivot) {
    const others = [...flow.legs.keys()].filter((each) => each !== leg);
    const areThere = others.every((each) => (records.fact(id, each)?.executedAt ?? flow.deadline + 1n) <= flow.deadline);
    if (timestamp <= flow.deadline && areThere) {
      end(draft, moment, { record, leg, fee }, RELEASED);
      draft.write({ record, leg, isPivot: true }, 1n);
      draft.say(flowFact(id, leg));
      return;
    }
  }
  // Some wait for long, so that chains stop before.
  if (!moment.random.oneIn(12)) return;
  // What a chain says of itself needs no proof.
  const hasHappened = isHere ? leg !== pivot && hasRun(draft.l2, record, pivot) : committed;
  const isLost = isHere
    ? (!hasRun(draft.l2, record, pivot) && timestamp > flow.deadline) || missing.some((each) => each !== pivot)
    : missing.length > 0;
  if (hasHappened && !own.isPivot) end(draft, moment, { record, leg, fee }, RELEASED);
  else if (isLost) end(draft, moment, { record, leg, fee }, REFUNDED);
}

function give(draft: FlowDraft, { world, records, random, timestamp }: Moment, record: FlowRecord, leg: number): void {
  const { id, flow } = record;
  const { party, amount, isPivot } = flow.legs[leg]!;
  const token = tokenOf(world, records, draft.l2, flow.legs[leg]!);
  const base = plain(draft.l2.chain.configuration.baseToken);
  const has = draft.balance(token, party);
  if (has < amount || timestamp > flow.deadline) return;
  const left = draft.balance(base, party) - (token === base ? amount : 0n);
  const fee = left > 0n && random.oneIn(2) ? random.between(0n, left / 8n) : 0n;
  for (const [asset, moved] of [
    [token, amount],
    [base, fee],
  ] as const) {
    draft.add(asset, party, -moved);
    draft.add(asset, ATOMIC_FLOWS_ADDRESS, moved);
  }
  draft.write({ record, leg, isPivot: false }, HELD + fee * FEE_UNIT);
  if (!isPivot) draft.say(flowFact(id, leg));
}

interface EndedLeg {
  readonly record: FlowRecord;
  readonly leg: number;
  readonly fee: bigint;
}

function end(draft: FlowDraft, { world, records, random }: Moment, { record, leg, fee }: EndedLeg, status: bigint): void {
  const own = record.flow.legs[leg]!;
  const base = plain(draft.l2.chain.configuration.baseToken);
  draft.write({ record, leg, isPivot: false }, status);
  for (const [asset, moved, to] of [
    [tokenOf(world, records, draft.l2, own), own.amount, status === RELEASED ? own.recipient : own.party],
    [base, fee, random.pick(records.scene.accounts.users)!],
  ] as const) {
    draft.add(asset, ATOMIC_FLOWS_ADDRESS, -moved);
    draft.add(asset, to, moved);
  }
}

/** The leg's token on L1. */
export function tokenOf(world: World, { scene }: Records, { chain }: Pick<L2Chain, "chain">, { token }: FlowLeg): Hex {
  const base = plain(chain.configuration.baseToken);
  if (token === PREDEPLOYS.L2BaseToken) return base;
  const known = [ZERO_ADDRESS, ...Object.values(scene.tokens)];
  return known.find((each) => bridgedTokenAddress(world.l1ChainId, each) === token)!;
}
