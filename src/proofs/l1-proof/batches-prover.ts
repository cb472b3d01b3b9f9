import type { ShownExecution } from "../../ground/protocol/shown-execution.ts";
import type { ProofMetrics, ProofProgress } from "../prover/job.ts";
import type { HubForL1 } from "./hub-for-l1.ts";
import type { BatchForL1, JoinableBatch } from "./batch-for-l1.ts";

interface L1ProofOptions {
  /** Aborting rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ProofProgress) => void;
}

/** Options of a proof of several batches. */
interface BatchesProofOptions extends L1ProofOptions {
  /** Steps of a hub, if the batches are its block: the proof is also about its states. */
  readonly hub?: HubForL1 | undefined;
}

/** What L1 is shown of batches beside their records. */
export interface ProofForL1 extends ShownExecution {
  /** Of the last proof; the seconds are those of all. */
  readonly metrics: ProofMetrics;
}

/** The proofs that stand on one batch alone are there, and are not made again for a proof of several until they are released. */
interface PreparedBatch {
  /** The batch with its own proof, to be handed on. To be called before the release. */
  readonly joinable: () => Promise<JoinableBatch>;
  release(): void;
}

/** Has proofs for L1 made. */
export interface BatchesProver {
  /**
   * Has made what a proof of this batch and any others stands on, in its chain's turns; of a batch that comes with its own proof,
   * checks that. Rejects as `prove` does, and with L1ProofError ProofRefused.
   */
  prepare(batch: BatchForL1, options?: L1ProofOptions): Promise<PreparedBatch>;
  /** One proof of batches of one version, in order. Rejects with L1ProofError, or with what failed. */
  prove(batches: readonly BatchForL1[], options?: BatchesProofOptions): Promise<ProofForL1>;
}
