import type { ShownExecution } from "../protocol/shown-execution.ts";
import type { ProofMetrics, ProofProgress } from "../prover/job.ts";
import type { ExecutedProof, L1ProofKind } from "./proof-plan.ts";

/** How far the proof for L1 is. */
interface L1Progress extends ProofProgress {
  /** Of the proof that is being made. */
  readonly kind: L1ProofKind;
  /** Proofs that are made, and how many there are up to the last one. */
  readonly made: number;
  readonly proofs: number;
}

interface L1ProofOptions {
  /** Aborting rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: L1Progress) => void;
}

/** What L1 is shown of batches beside their records. */
export interface ProofForL1 extends ShownExecution {
  /** Of the last proof; the seconds are those of all. */
  readonly metrics: ProofMetrics;
}

/** Has proofs for L1 made. */
export interface BatchesProver {
  /** One proof of batches of one version, in order. Rejects with L1ProofError, or with what failed. */
  prove(batches: readonly ExecutedProof[], options?: L1ProofOptions): Promise<ProofForL1>;
}
