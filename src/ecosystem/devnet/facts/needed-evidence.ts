import { ImportKind, importKindOf, readFactIndex } from "../../../ground/protocol/import-kinds.ts";
import type { FactsOnL1 } from "../../../chain/settlement-layer/facts/facts-on-l1.ts";

/** Depth of L1's blocks that no reorg drops: two epochs of Ethereum. Nodes without an archive have the states of 128 blocks. */
const FINAL_DEPTH = 64;
/** Value of a statement on L1 before its proof was checked there. */
export const NOT_RECORDED = 0n;

/** Depth at which L1 must no longer need evidence before its removal: a reorg may drop blocks that count. */
export function evidenceDepth(confirmations: number): number {
  return Math.max(confirmations, FINAL_DEPTH);
}

/**
 * False for a fact about a batch that L1 has executed, and for a statement that it has recorded. True if L1 does not answer:
 * its contracts may be younger than the block.
 */
export async function isEvidenceNeeded(index: bigint, l1: FactsOnL1): Promise<boolean> {
  try {
    if (importKindOf(index) === ImportKind.statement) return BigInt(await l1.valueOf(index)) === NOT_RECORDED;
    const { chainId, batchNumber } = readFactIndex(index) ?? {};
    if (chainId === undefined || batchNumber === undefined) return true;
    return ((await l1.source(chainId))?.executed ?? 0n) <= batchNumber;
  } catch {
    // The next import asks again.
    return true;
  }
}
