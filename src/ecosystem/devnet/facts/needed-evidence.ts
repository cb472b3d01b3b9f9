import { isError } from "ethers";
import { ImportKind, importKindOf, readFactIndex } from "../../../ground/protocol/import-kinds.ts";
import type { FactsOnL1 } from "../../../chain/settlement-layer/facts/facts-on-l1.ts";
import { isUnreached } from "../../../chain/settlement-layer/reader/log-pages.ts";

/** Depth of L1's blocks that no reorg drops: two epochs of Ethereum. Nodes without an archive have the states of 128 blocks. */
const FINAL_DEPTH = 64;
/** Value of a statement on L1 before its proof was checked there. */
export const NOT_RECORDED = 0n;

/** Depth at which L1 must no longer need evidence before its removal: a reorg may drop blocks that count. */
export function evidenceDepth(confirmations: number): number {
  return Math.max(confirmations, FINAL_DEPTH);
}

/**
 * False for a fact about a batch that L1 has executed, and for a statement that it has recorded. True if L1 does not answer, or
 * if its contracts are younger than the block. Rejects with any other error, which would retain all evidence forever.
 */
export async function isEvidenceNeeded(index: bigint, l1: FactsOnL1): Promise<boolean> {
  try {
    if (importKindOf(index) === ImportKind.statement) return BigInt(await l1.valueOf(index)) === NOT_RECORDED;
    const { chainId, batchNumber } = readFactIndex(index) ?? {};
    if (chainId === undefined || batchNumber === undefined) return true;
    return ((await l1.source(chainId))?.executed ?? 0n) <= batchNumber;
  } catch (error) {
    // The next import asks again.
    if (isUnanswered(error) || isOfMissingContract(error)) return true;
    throw error;
  }
}

/** True if L1's node, or a server before it, gave no answer. */
function isUnanswered(error: unknown): boolean {
  return isUnreached(error) || isError(error, "SERVER_ERROR") || isError(error, "TIMEOUT");
}

/** True for the empty answer of an address without code. */
function isOfMissingContract(error: unknown): boolean {
  return isError(error, "BAD_DATA") && error.value === "0x";
}
