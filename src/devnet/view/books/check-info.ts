import type { BlockCheckCounts } from "../../../chain/execution/block-check.ts";
import type { ChainStatus } from "./ecosystem-info.ts";

/** Progress of another engine that repeats a chain's blocks, as JSON has it; undefined if there is none. */
export function checkInfo(counts: BlockCheckCounts | undefined): ChainStatus["checked"] {
  if (counts === undefined) return undefined;
  const unchecked = counts.unchecked.map(({ first, last, reason }) => ({
    firstBlock: Number(first),
    lastBlock: Number(last),
    reason,
  }));
  return { ...counts, unchecked };
}
