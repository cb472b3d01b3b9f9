import type { FormedBatch } from "../../batch/form-batch.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { BatchProof, ProofProgress } from "../../../proofs/prover/job.ts";
import type { Prover } from "../../../proofs/prover/prover.ts";
import { isOtherPhase } from "./other-phase.ts";

interface KeptProof {
  readonly proof: Promise<BatchProof>;
  readonly cancel: AbortController;
  readonly making: Making;
}

/** Undefined once it is made. */
interface Making {
  progress: ProofProgress | undefined;
}

interface KeptProofsDependencies {
  readonly prover: Pick<Prover, "proveBatch">;
  /** Called when a pending proof enters another phase, or is made. */
  readonly onPhase?: (commitment: Hex) => void;
}

/** Finished proofs of batches that may be asked for again: some 60 KB each. */
const MAX_KEPT = 64;

/** A chain's proofs by their batches' commitments: what was proven once is never proven again, whatever L1 returns to. */
export class ProofCache {
  readonly #dependencies: KeptProofsDependencies;
  readonly #proofs = new Map<Hex, KeptProof>();

  constructor(dependencies: KeptProofsDependencies) {
    this.#dependencies = dependencies;
  }

  /** Whether the proof was asked for, and did not fail. */
  has(commitment: Hex): boolean {
    return this.#proofs.has(commitment);
  }

  /** Undefined where the proof is made, or was never asked for. */
  progressOf(commitment: Hex): ProofProgress | undefined {
    return this.#proofs.get(commitment)?.making.progress;
  }

  /** Rejects as the prover does, or when it was cancelled. */
  prove({ commitment, job }: Pick<FormedBatch, "commitment" | "job">): Promise<BatchProof> {
    const known = this.#proofs.get(commitment);
    if (known !== undefined) return known.proof;
    const cancel = new AbortController();
    const { prover, onPhase } = this.#dependencies;
    const making: Making = { progress: { phase: "queued", fraction: 0 } };
    const proof = prover.proveBatch(job, {
      signal: cancel.signal,
      onProgress(next) {
        const { progress } = making;
        if (progress === undefined) return;
        making.progress = next;
        if (isOtherPhase(progress, next)) onPhase?.(commitment);
      },
    });
    const kept: KeptProof = { proof, cancel, making };
    this.#proofs.set(commitment, kept);
    onPhase?.(commitment);
    proof.then(
      () => {
        making.progress = undefined;
        this.#trim();
        onPhase?.(commitment);
      },
      () => this.#forget(commitment, kept),
    );
    return kept.proof;
  }

  /** Cancels the pending proofs of all other batches. */
  cancelAllBut(commitments: ReadonlySet<Hex>): void {
    for (const [commitment, kept] of this.#proofs) {
      if (kept.making.progress === undefined || commitments.has(commitment)) continue;
      this.#forget(commitment, kept);
      kept.cancel.abort(new Error("the batch was deleted: L1 and its chain returned to an earlier state"));
    }
  }

  #forget(commitment: Hex, entry: KeptProof): void {
    if (this.#proofs.get(commitment) === entry) this.#proofs.delete(commitment);
  }

  #trim(): void {
    const finished = [...this.#proofs].filter(([, { making }]) => making.progress === undefined);
    for (const [commitment] of finished.slice(0, -MAX_KEPT)) this.#proofs.delete(commitment);
  }
}
