import type { ProofPhase } from "../../stark/proving/column-prover.ts";

/** Progress of a proof of a batch's execution. Chunks are counted from 0. */
export interface ExecutionProgress {
  readonly chunk: number;
  /** About how many there will be. */
  readonly chunks: number;
  readonly phase: ProofPhase | "queued" | "plan";
  /** Part of this phase that is done, 0…1. */
  readonly fraction: number;
  /** Name of the fleet's worker; absent if this process proves the chunk. */
  readonly worker?: string;
}
