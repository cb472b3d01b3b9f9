import type { Hex } from "../../../ground/protocol/hex.ts";

/** A call that any account may make. */
export interface SourceCall {
  /** For messages: `execution of batch 3 of chain 271`. */
  readonly label: string;
  readonly to: Hex;
  readonly data: Hex;
}

/**
 * Calls, in order, that make L1 prove and execute every batch that the fact of this index depends on; empty without stored
 * evidence of a fact, or if L1 stores other batches. A proof takes CPU minutes. Rejects with SettlementError EvidenceMissing
 * without stored evidence of a statement that L1 has not recorded, with L1's error, or the prover's.
 */
export type SourceCalls = (index: bigint) => Promise<readonly SourceCall[]>;
