import type { ShownExecution } from "../../ground/protocol/shown-execution.ts";
import type { ProofMetrics, ProofProgress } from "../prover/job.ts";
import type { HubForL1 } from "./hub-for-l1.ts";
import type { BatchForL1, JoinableBatch } from "./batch-for-l1.ts";

interface L1ProofOptions {
  /** Aborting rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: ProofProgress) => void) | undefined;
}

/** Options of a proof of several batches. */
interface BatchesProofOptions extends L1ProofOptions {
  /** Steps of a hub, if the batches are its block: the proof is also about its states. */
  readonly hub?: HubForL1 | undefined;
}

/** Proof of batches for L1, in addition to their records. */
export interface ProofForL1 extends ShownExecution {
  /** Metrics of the last proof; the seconds are those of all. */
  readonly metrics: ProofMetrics;
}

/** Batch whose proofs that depend on it alone are stored until they are released, so that a proof of several reuses them. */
export interface PreparedBatch {
  /** The batch with its own proof, to be handed on. To be called before the release. */
  readonly joinable: () => Promise<JoinableBatch>;
  release(): void;
}

/** Proves batches for L1. */
export interface BatchesProver {
  /**
   * Makes the proofs that depend on this batch alone, in its chain's turns, or checks the batch's proof if it has one.
   * Rejects like `prove`, and with L1ProofError ProofRefused.
   */
  prepare(batch: BatchForL1, options?: L1ProofOptions): Promise<PreparedBatch>;
  /** One proof of batches of one version, in order. Rejects with L1ProofError, or with what failed. */
  prove(batches: readonly BatchForL1[], options?: BatchesProofOptions): Promise<ProofForL1>;
}
