/** Depth of a batch's judgement: the machine follows it, its tables are checked, it is proven, or L1 receives the proof. */
export type Depth = "followed" | "checked" | "proven" | "shown";

/** Number of batches for L1, number of other proven ones, and number of the rest whose tables are checked. */
export interface AskedDepths {
  readonly onL1: number;
  readonly proofs: number;
  readonly checks: number;
}

/** Depths of the batches, in their order: a batch is for L1 if possible, up to the requested number. */
export function depthsOf<Batch>(
  batches: readonly Batch[],
  { onL1, proofs, checks }: AskedDepths,
  canBeShown: (batch: Batch) => boolean,
): readonly Depth[] {
  const left = { shown: onL1, proven: proofs, checked: checks };
  const take = (depth: keyof typeof left): boolean => left[depth] > 0 && left[depth]-- > 0;
  return batches.map((batch) => {
    if (left.shown > 0 && canBeShown(batch) && take("shown")) return "shown";
    return (["proven", "checked"] as const).find(take) ?? "followed";
  });
}
