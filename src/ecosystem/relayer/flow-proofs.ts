import { flowFact, flowFactKey, hashAtomicFlow, type AtomicFlow, type FlowLeg } from "../../ground/protocol/atomic-flow.ts";
import { keccak, wordToHex, type Hex } from "../../ground/protocol/hex.ts";
import { isMark } from "../../ground/protocol/batch-record.ts";
import type { L1View, MessagePlace, PlacedLeaf } from "../../chain/settlement-layer/reader/l1-view.ts";
import { ATOMIC_FLOWS_ADDRESS } from "./atomic-flows-address.ts";
import { proveMessage } from "./inclusion-proof.ts";
import { askSlot, batchRootOf, slotProof, type AskedNode, type BatchRoot, type SlotProof } from "./state-proof.ts";

/** The contracts' `FlowFact`. */
export interface FlowFact {
  readonly batchNumber: bigint;
  readonly index: number;
  readonly proof: readonly Hex[];
}

/** The contracts' `FlowAbsence`. */
interface FlowAbsence {
  readonly batch: BatchRoot;
  readonly low: SlotProof["leaf"];
  readonly path: SlotProof["path"];
}

/** Outcome of a flow on L1; `missing` is a leg that is provably missing, by this leaf. */
type FlowOutcome =
  | { readonly state: "open" }
  | { readonly state: "committed" }
  | { readonly state: "aborted"; readonly missing: number; readonly leaf: PlacedLeaf };

/** Throws RangeError for a leg that the flow does not have. */
export function legOf(flow: AtomicFlow, leg: number): FlowLeg {
  const found = flow.legs[leg];
  if (found === undefined) throw new RangeError(`the flow has legs 0 to ${flow.legs.length - 1}, and no leg ${leg}`);
  return found;
}

/** The number of the leg that decides; -1 if the flow has none. */
export function pivotOf({ legs }: AtomicFlow): number {
  return legs.findIndex(({ isPivot }) => isPivot);
}

/** Position of a leg's fact in its executed batch; `undefined` before. */
export function placeOfFact(view: L1View, flow: AtomicFlow, leg: number, id = hashAtomicFlow(flow)): MessagePlace | undefined {
  const body = flowFact(id, leg);
  // A chain that withholds its data shows L1 only the keccak of this.
  view.bringBody(body);
  const places = view.messages(legOf(flow, leg).chainId, ATOMIC_FLOWS_ADDRESS, keccak(body));
  return places.find(({ batch }) => batch.registryLeaf !== undefined);
}

/**
 * Decides by the batches that L1 has executed if the flow can be released or refunded; one of both in the
 * end.
 */
export function outcomeOf(view: L1View, flow: AtomicFlow, id = hashAtomicFlow(flow)): FlowOutcome {
  const { deadline, legs } = flow;
  const pivot = pivotOf(flow);
  const isThere = legs.map((_, leg) => {
    const executedAt = placeOfFact(view, flow, leg, id)?.batch.registryLeaf?.record.executedAt;
    return executedAt !== undefined && (leg === pivot || executedAt <= deadline);
  });
  if (pivot === -1 ? isThere.every(Boolean) : isThere[pivot] === true) return { state: "committed" };
  for (const [missing, { chainId }] of legs.entries()) {
    if (isThere[missing] === true) continue;
    // The first leaf behind the deadline: a later one may follow an escrow that came too late.
    const leaf = view
      .leavesOf(chainId)
      .find(({ record }) => (missing === pivot ? record.lastTimestamp : record.executedAt) > deadline);
    if (leaf !== undefined) return { state: "aborted", missing, leaf };
  }
  return { state: "open" };
}

/** Undefined while the root does not hold the leg's batch. */
export function proveFact(view: L1View, flow: AtomicFlow, leg: number, rootIndex: bigint): FlowFact | undefined {
  const place = placeOfFact(view, flow, leg);
  const shown = place === undefined ? undefined : proveMessage(view, place, rootIndex);
  return shown && { batchNumber: shown.l1BatchNumber, index: shown.l2MessageIndex, proof: shown.proof };
}

/**
 * Requests the proof that the leg is missing from the leg's chain, or from another node that has its state.
 * Rejects with the node's error if it can no longer prove that batch.
 */
export async function proveAbsence(
  view: L1View,
  flow: AtomicFlow,
  { missing, leaf, rootIndex }: { readonly missing: number; readonly leaf: PlacedLeaf; readonly rootIndex: bigint },
  nodeOf: (chainId: number) => AskedNode,
): Promise<FlowAbsence> {
  const { chainId, isPivot } = legOf(flow, missing);
  const { slot } = flowFactKey(ATOMIC_FLOWS_ADDRESS, hashAtomicFlow(flow), missing, isPivot);
  // A mark has both its states from the batch before the one that it names.
  const isAfter = isPivot && !isMark(leaf.record);
  const state = isAfter ? leaf.batchNumber : leaf.batchNumber - 1n;
  const shown = await askSlot(nodeOf(Number(chainId)), ATOMIC_FLOWS_ADDRESS, slot, state);
  const { leaf: low, path } = slotProof(shown, false);
  return { batch: batchRootOf(view, { chainId, leaf, rootIndex }), low, path };
}

/** In place of an absence that nothing looks at. */
export const NO_ABSENCE: FlowAbsence = (() => {
  const zero = wordToHex(0n);
  const record = {
    protocolVersion: 0n,
    oldStateRoot: zero,
    newStateRoot: zero,
    partition: zero,
    extensions: zero,
    lastBlock: 0n,
  };
  const times = { lastTimestamp: 0n, executedAt: 0n, provenSince: 0n, firstTimestamp: 0n, refused: zero };
  const place = { chainId: 0n, batchNumber: 0n, logRoot: zero, leafIndex: 0n, siblings: [], rootIndex: 0n };
  return {
    batch: { ...place, record: { ...record, ...times } },
    low: { kind: 0, key: zero, value: 0n },
    path: { nextKey: zero, index: 0, leafCount: 0, siblings: Array.from({ length: 32 }, () => zero) },
  };
})();
