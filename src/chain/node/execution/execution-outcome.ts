import type { ReasonWithoutProof } from "../../../proofs/execution-proof/batch/unproven-execution.ts";
import type { LargeStep } from "../../../proofs/execution-proof/batch/step-limits.ts";
import type { ExecutionProgress } from "../../../proofs/execution-proof/batch/execution-progress.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { BatchOutputs } from "../../../ground/protocol/outputs.ts";

/** A batch of which the node has made a proof of its execution, and checked it. */
interface ProvenOutcome {
  readonly kind: "proven";
  /** Commitment of its batch. */
  readonly commitment: Hex;
  /** Committed data in addition to its record on L1. */
  readonly outputs: BatchOutputs;
  readonly bytes: number;
  readonly chunks: number;
  readonly provenBits: number;
  /** Duration of the proof in seconds. */
  readonly seconds: number;
}

/** A batch without a proof of its execution, and why. */
export interface UnprovenOutcome {
  readonly kind: "unproven";
  readonly commitment: Hex;
  readonly reason: ReasonWithoutProof;
  readonly detail: string;
  /** Step of the outcome `too-large`. */
  readonly large?: LargeStep;
}

/** Outcome of a batch's proof. */
export type ExecutionOutcome = ProvenOutcome | UnprovenOutcome;

/** Stage of the proof of a batch's execution. */
export type ExecutionStanding =
  | ExecutionOutcome
  | { readonly kind: "waiting" }
  | { readonly kind: "proving"; readonly progress: ExecutionProgress };
