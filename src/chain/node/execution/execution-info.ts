import type { ReasonWithoutProof } from "../../../proofs/execution-proof/batch/unproven-execution.ts";
import type { ExecutionProgress } from "../../../proofs/execution-proof/batch/execution-progress.ts";

/** A batch without a proof of its execution. */
export interface UnprovenBatchInfo {
  readonly batch: number;
  /** "disagreement": the machine came to another state than the chain, so one of them is wrong. */
  readonly reason: ReasonWithoutProof;
  readonly detail: string;
}

/** Proven part of the execution of a chain's batches. */
export interface ExecutionInfo {
  /** The last batch up to which each has a proof that this node has checked; absent while the first has none. */
  readonly provenUpTo?: number;
  /** Batches with such a proof, beyond it too. */
  readonly proven: number;
  readonly unproven: readonly UnprovenBatchInfo[];
  /** Batches whose proof is requested, the pending one first. */
  readonly pending: readonly number[];
  /** The proof that is being made; absent where none is. */
  readonly proving?: ExecutionProgress & { readonly batch: number };
}
