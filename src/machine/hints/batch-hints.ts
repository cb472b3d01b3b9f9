import type { Hint } from "../interpreter/machine-state.ts";

const STEP = { opening: 3n, imports: 4n, closing: 5n } as const;

/** A block that a step makes by itself: seconds, and the hash of the block before it. */
export interface StepBlock {
  readonly timestamp: bigint;
  readonly parentHash: bigint;
}

/** Witness of a batch's opening. `forgets`: the chain of blocks' hashes begins anew with its block. */
export function openingHints({ timestamp, parentHash }: StepBlock, forgets = false): Hint[] {
  return [STEP.opening, forgets ? 1n : 0n, timestamp, ...(forgets ? [] : [parentHash])];
}

/** Witness of imports of roots, in one block. */
export function importHints(
  { timestamp, parentHash }: StepBlock,
  roots: readonly { readonly index: bigint; readonly root: bigint }[],
): Hint[] {
  return [STEP.imports, timestamp, parentHash, BigInt(roots.length), ...roots.flatMap(({ index, root }) => [index, root])];
}

/** Witness of a batch's closing. */
export function closingHints({ timestamp, parentHash }: StepBlock): Hint[] {
  return [STEP.closing, timestamp, parentHash];
}
