import type { BatchForL1 } from "../../../proofs/l1-proof/batch-for-l1.ts";
import type { BatchesProver, PreparedBatch } from "../../../proofs/l1-proof/batches-prover.ts";
import type { ProofProgress } from "../../../proofs/prover/job.ts";
import type { TogetherCalls } from "../../settlement/proof-for-batch.ts";

/** A committed batch whose chunks are proven, and for which a proof for L1 is requested. */
export interface BatchToProve extends TogetherCalls {
  readonly executed: BatchForL1;
  /** Aborted if the proof is no longer requested. */
  readonly signal: AbortSignal;
  /** Called with the progress of the proofs that lead to the one for L1. */
  readonly onProgress?: (progress: ProofProgress) => void;
}

/**
 * Makes the proofs that depend on a batch alone while `show` submits it to L1, and releases them afterwards. If that fails, the
 * chain proves the batch alone, so they are stored until L1 has the batch proven. Rejects as `show` does.
 */
export async function withPreparedProof<Shown>(
  prover: Pick<BatchesProver, "prepare">,
  { executed, signal, onProgress, proven }: BatchToProve,
  show: (prepared: Promise<PreparedBatch>) => Promise<Shown>,
): Promise<Shown> {
  const prepared = prover.prepare(executed, { signal, onProgress });
  const release = (): void => void prepared.then((ready) => ready.release()).catch(() => undefined);
  try {
    const shown = await show(prepared);
    release();
    return shown;
  } catch (error) {
    if (signal.aborted) release();
    else void proven().then(release, release);
    throw error;
  }
}
