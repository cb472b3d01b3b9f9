import type { Random } from "../fuzz/random.ts";
import { TREE_PHASES } from "../../../src/proofs/stark/systems/tree-phases.ts";
import type { StackedBlock } from "../../../src/proofs/stark/systems/stack-shape.ts";
import type { PlainBlock } from "./plain-stack.ts";

export interface BlockLimits {
  readonly logRowsMin: number;
  readonly logRowsMax: number;
  /** Columns of a block at most. */
  readonly width: number;
}

/**
 * Returns tables of random heights and widths, some of them absent, and a quotient of the tallest height; in opening order.
 * One value represents `joined` columns of lookups and of the quotient.
 */
export function randomBlocks(random: Random, { logRowsMin, logRowsMax, width }: BlockLimits, joined = 1): StackedBlock[] {
  const heights = Array.from({ length: 1 + random.below(4) }, () => logRowsMin + random.below(logRowsMax - logRowsMin + 1));
  const present = heights.map((_, i) => i === 0 || random.below(4) > 0);
  const hasLookups = random.below(4) > 0;
  const isFixed = random.below(3) > 0;
  const tallest = Math.max(...heights.filter((_, i) => present[i]));
  return TREE_PHASES.flatMap((phase): StackedBlock[] => {
    if (phase === "quotient") return [{ phase, logRows: tallest, width: joined * (1 + random.below(2)), nextWidth: 0, joined }];
    const own = phase === "lookup" ? joined : 1;
    return heights.flatMap((logRows, i) => {
      const columns = phase === "main" ? 1 + random.below(width) : random.below(width);
      const leftOut =
        !present[i] || columns === 0 || (phase === "lookup" && !hasLookups) || (phase === "preprocessed" && !isFixed);
      const nextWidth = phase === "preprocessed" ? 0 : random.below(columns + 1);
      return leftOut ? [] : [{ phase, logRows, width: own * columns, nextWidth: own * nextWidth, joined: own }];
    });
  });
}

export function plainBlocks(blocks: readonly StackedBlock[]): PlainBlock[] {
  return blocks.map((block) => ({ ...block, phase: TREE_PHASES.indexOf(block.phase) }));
}
