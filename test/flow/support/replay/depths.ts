/** How far a batch is judged: the machine follows it, its tables are checked, it is proven, or L1 is shown the proof. */
export type Depth = "followed" | "checked" | "proven" | "shown";

/** How many batches are to be shown to L1, how many others proven, and how many of the rest have their tables checked. */
export interface AskedDepths {
  readonly onL1: number;
  readonly proofs: number;
  readonly checks: number;
}

/** How far each batch is to be judged, in their order: where L1 can be shown a batch, it is, until there are as many as asked for. */
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
