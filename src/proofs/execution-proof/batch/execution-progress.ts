import type { ProofPhase } from "../../stark/proving/column-prover.ts";

/** A proof of a batch's execution in the making. Chunks are counted from 0. */
export interface ExecutionProgress {
  readonly chunk: number;
  /** About how many there will be. */
  readonly chunks: number;
  readonly phase: ProofPhase | "queued" | "plan";
  /** Part of this phase that is done, 0…1. */
  readonly fraction: number;
  /** What the worker of a fleet calls itself; absent where this process proves the chunk. */
  readonly worker?: string;
}
