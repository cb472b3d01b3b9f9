import type { ShownExecution } from "../protocol/shown-execution.ts";
import type { ProofMetrics, ProofProgress } from "../prover/job.ts";
import type { ExecutedProof } from "./proof-plan.ts";

interface L1ProofOptions {
  /** Aborting rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ProofProgress) => void;
}

/** What L1 is shown of batches beside their records. */
export interface ProofForL1 extends ShownExecution {
  /** Of the last proof; the seconds are those of all. */
  readonly metrics: ProofMetrics;
}

/** The proofs that stand on one batch alone are there, and are not made again for a proof of several until they are released. */
interface PreparedBatch {
  release(): void;
}

/** Has proofs for L1 made. */
export interface BatchesProver {
  /** Has made what a proof of this batch and any others stands on, in its chain's turns. Rejects as `prove` does. */
  prepare(batch: ExecutedProof, options?: Pick<L1ProofOptions, "signal">): Promise<PreparedBatch>;
  /** One proof of batches of one version, in order. Rejects with L1ProofError, or with what failed. */
  prove(batches: readonly ExecutedProof[], options?: L1ProofOptions): Promise<ProofForL1>;
}
