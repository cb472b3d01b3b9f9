import type { ReasonWithoutProof } from "../../../proofs/execution-proof/batch/unproven-execution.ts";
import type { LargeStep } from "../../../proofs/execution-proof/batch/step-limits.ts";
import type { ExecutionProgress } from "../../../proofs/execution-proof/batch/execution-progress.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { BatchOutputs } from "../../../ground/protocol/outputs.ts";

/** A batch of which the node has made a proof of its execution, and checked it. */
interface ProvenOutcome {
  readonly kind: "proven";
  /** Of the batch that it is about. */
  readonly commitment: Hex;
  /** What was committed beside its record on L1. */
  readonly outputs: BatchOutputs;
  readonly bytes: number;
  readonly chunks: number;
  readonly provenBits: number;
  /** Of proving. */
  readonly seconds: number;
}

/** A batch without a proof of its execution, and why. */
export interface UnprovenOutcome {
  readonly kind: "unproven";
  readonly commitment: Hex;
  readonly reason: ReasonWithoutProof;
  readonly detail: string;
  /** Of `too-large`. */
  readonly large?: LargeStep;
}

/** What became of a batch's proof. */
export type ExecutionOutcome = ProvenOutcome | UnprovenOutcome;

/** Where the proof of a batch's execution is. */
export type ExecutionStanding =
  | ExecutionOutcome
  | { readonly kind: "waiting" }
  | { readonly kind: "proving"; readonly progress: ExecutionProgress };
