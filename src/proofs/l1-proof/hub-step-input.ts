import { valueDigest } from "../../ground/protocol/diff-digest.ts";
import type { Compress, Digest } from "../../ground/protocol/digest.ts";
import type { MemberSlots, ProvenSlot } from "../../ground/protocol/hub-slots.ts";
import type { HubStepInput } from "../recursion/nodes/hub-step.ts";

/** Paths in a hub's state before a batch. Plain data. */
export interface HubPaths {
  readonly member: { readonly leaf: Digest; readonly siblings: readonly Digest[] };
  readonly factCount: number;
  readonly nextFactSiblings: readonly Digest[];
  /** Facts that the batch imports, in the order of the member's slots. */
  readonly imports: readonly { readonly position: number; readonly siblings: readonly Digest[] }[];
}

/** Input of a program of a hub, from the proofs of a member's slots. Throws RangeError unless each import has both paths. */
export function hubStepInput(
  { leafCount, lastFact, factMask, imports }: MemberSlots,
  hub: HubPaths,
  compress: Compress,
): HubStepInput {
  if (imports.length !== hub.imports.length)
    throw new RangeError(`${imports.length} slots of imports are shown, and ${hub.imports.length} facts of the hub`);
  const opening = ({ value, index, nextKey, siblings }: ProvenSlot) => ({
    index,
    nextKey,
    siblings,
    value: valueDigest(value, compress),
  });
  return {
    member: {
      leafCount,
      lastFact: opening(lastFact),
      factMask: opening(factMask),
      imports: hub.imports.map((fact, i) => ({ slot: opening(imports[i] ?? lastFact), fact })),
    },
    leaf: { before: hub.member.leaf, siblings: hub.member.siblings },
    facts: { count: hub.factCount, siblings: hub.nextFactSiblings },
  };
}
