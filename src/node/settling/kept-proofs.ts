import type { FormedBatch } from "../../chain/batch/form-batch.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { BatchProof } from "../../prover/job.ts";
import type { Prover } from "../../prover/prover.ts";

interface KeptProof {
  readonly proof: Promise<BatchProof>;
  readonly cancel: AbortController;
  finished: boolean;
}

/** Finished proofs of batches that may be asked for again: some 60 KB each. */
const MAX_KEPT = 64;

/** A chain's proofs by their batches' commitments: what was proven once is never proven again, whatever L1 returns to. */
export class KeptProofs {
  readonly #prover: Prover;
  readonly #proofs = new Map<Hex, KeptProof>();

  constructor({ prover }: { readonly prover: Prover }) {
    this.#prover = prover;
  }

  /** Rejects as the prover does, or when it was cancelled. */
  prove({ commitment, job }: Pick<FormedBatch, "commitment" | "job">): Promise<BatchProof> {
    const known = this.#proofs.get(commitment);
    if (known !== undefined) return known.proof;
    const cancel = new AbortController();
    const kept: KeptProof = { proof: this.#prover.proveBatch(job, { signal: cancel.signal }), cancel, finished: false };
    this.#proofs.set(commitment, kept);
    kept.proof.then(
      () => {
        kept.finished = true;
        this.#trim();
      },
      () => this.#forget(commitment, kept),
    );
    return kept.proof;
  }

  /** Cancels the proofs in the making of all other batches. */
  cancelAllBut(commitments: ReadonlySet<Hex>): void {
    for (const [commitment, kept] of this.#proofs) {
      if (kept.finished || commitments.has(commitment)) continue;
      this.#forget(commitment, kept);
      kept.cancel.abort(new Error("the batch is gone: L1 and its chain returned to an earlier state"));
    }
  }

  #forget(commitment: Hex, kept: KeptProof): void {
    if (this.#proofs.get(commitment) === kept) this.#proofs.delete(commitment);
  }

  #trim(): void {
    const finished = [...this.#proofs].filter(([, kept]) => kept.finished);
    for (const [commitment] of finished.slice(0, -MAX_KEPT)) this.#proofs.delete(commitment);
  }
}
