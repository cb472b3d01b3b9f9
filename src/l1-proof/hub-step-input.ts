import { valueDigest } from "../protocol/diff-digest.ts";
import type { Compress, Digest } from "../protocol/digest.ts";
import type { HubStepInput } from "../recursion/nodes/hub-step.ts";

/** Storage slot of a member, with its path in the member's state. */
interface SlotProof {
  readonly leafCount: number;
  readonly index: number;
  readonly nextKey: Digest;
  readonly value: bigint;
  readonly siblings: readonly Digest[];
}

/** Slots of a member after a batch: the last fact, the mask, and as many imports as the batch has facts. */
interface MemberSlots {
  readonly lastFact: SlotProof;
  readonly factMask: SlotProof;
  readonly imports: readonly SlotProof[];
}

/** Paths in a hub's state before a batch. */
interface HubPaths {
  readonly member: { readonly leaf: Digest; readonly siblings: readonly Digest[] };
  readonly factCount: number;
  readonly nextFactSiblings: readonly Digest[];
  /** Facts that the batch imports, in the order of the member's slots. */
  readonly imports: readonly { readonly position: number; readonly siblings: readonly Digest[] }[];
}

/** Input of a program of a hub, from the proofs of a member's slots. Throws RangeError unless each import has both paths. */
export function hubStepInput({ lastFact, factMask, imports }: MemberSlots, hub: HubPaths, compress: Compress): HubStepInput {
  if (imports.length !== hub.imports.length)
    throw new RangeError(`${imports.length} slots of imports are shown, and ${hub.imports.length} facts of the hub`);
  const opening = ({ value, index, nextKey, siblings }: SlotProof) => ({
    ...{ index, nextKey, siblings },
    value: valueDigest(value, compress),
  });
  return {
    member: {
      leafCount: lastFact.leafCount,
      ...{ lastFact: opening(lastFact), factMask: opening(factMask) },
      imports: hub.imports.map((fact, i) => ({ slot: opening(imports[i] ?? lastFact), fact })),
    },
    leaf: { before: hub.member.leaf, siblings: hub.member.siblings },
    facts: { count: hub.factCount, siblings: hub.nextFactSiblings },
  };
}
