import { isProvenVersion } from "../../../ground/protocol/no-proof.ts";
import type { ProofProgress, ProvingPhase } from "../../../proofs/prover/job.ts";
import type { Prover } from "../../../proofs/prover/prover.ts";
import { ProofCache } from "./kept-proofs.ts";
import { isOtherPhase } from "./other-phase.ts";
import type { PendingBatch } from "./pending-batch.ts";
import type { BatchNumber } from "../../../ground/protocol/ids.ts";

/**
 * Phase of a batch's proof: a phase of its making, "made" while it waits for the batch's commit, for earlier proofs or for
 * the chain's pace, or "posting" during the transaction to L1, which checks it.
 */
export type BatchProofPhase = ProvingPhase | "made" | "posting";

/** A sealed batch that L1 has seen no proof of. */
export interface BatchProving extends Omit<ProofProgress, "phase" | "fraction"> {
  readonly batchNumber: BatchNumber;
  readonly phase: BatchProofPhase;
  /** Part of the phase that is done, 0…1; undefined where it cannot be told. */
  readonly fraction?: number;
}

interface ProvingDependencies {
  readonly prover: Pick<Prover, "proveBatch">;
  readonly pending: ReadonlyMap<bigint, PendingBatch>;
  readonly onUpdate: (update: { readonly type: "proving"; readonly proving: BatchProving }) => void;
}

/** Phases of the proofs of a chain's batches. A marker does not count as a proof. */
export class BatchProvings {
  readonly proofs: ProofCache;
  readonly #dependencies: ProvingDependencies;
  /** On their way to L1, until their run of settlement ends. */
  readonly #posting = new Map<bigint, AbortSignal>();
  /** Proofs that are made with other chains' batches, while their run of settlement lasts. */
  readonly #together = new Map<bigint, { readonly progress: ProofProgress; readonly run: AbortSignal }>();

  constructor(dependencies: ProvingDependencies) {
    const { prover, pending } = dependencies;
    this.#dependencies = dependencies;
    this.proofs = new ProofCache({
      prover,
      onPhase: (commitment) => {
        for (const [number, { batch }] of pending) if (batch.commitment === commitment) this.tell(number);
      },
    });
  }

  /** The batch's proof goes to L1, unless the run ends before. */
  posting(batchNumber: BatchNumber, run: AbortSignal): void {
    this.#posting.set(batchNumber, run);
    this.tell(batchNumber);
  }

  /** A proof that is made with other chains' batches is as far as that. */
  together(batchNumber: BatchNumber, progress: ProofProgress, run: AbortSignal): void {
    const before = this.#together.get(batchNumber);
    this.#together.set(batchNumber, { progress, run });
    if (isOtherPhase(before?.progress, progress)) this.tell(batchNumber);
  }

  /** Phase of the batch's proof; undefined if no proof is requested. */
  of(batchNumber: BatchNumber): BatchProving | undefined {
    const batch = this.#dependencies.pending.get(batchNumber);
    if (batch === undefined || batch.isThrough("prove")) {
      this.#posting.delete(batchNumber);
      this.#together.delete(batchNumber);
      return undefined;
    }
    if (!isProvenVersion(batch.batch.job.protocolVersion)) return undefined;
    if (this.#posting.get(batchNumber)?.aborted === false) return { batchNumber, phase: "posting" };
    const progress = this.proofs.progressOf(batch.batch.commitment);
    if (progress !== undefined) return { batchNumber, ...progress };
    const isMade = batch.proof !== undefined || this.proofs.has(batch.batch.commitment);
    if (isMade) return { batchNumber, phase: "made" };
    const together = this.#together.get(batchNumber);
    return together?.run.aborted === false ? { batchNumber, ...together.progress } : { batchNumber, phase: "queued" };
  }

  /** In the batches' order. */
  all(): readonly BatchProving[] {
    const numbers = [...this.#dependencies.pending.keys()].sort((a, b) => Number(a - b));
    return numbers.flatMap((number) => this.of(number) ?? []);
  }

  /** Tells where its proof is now. */
  tell(batchNumber: BatchNumber): void {
    const proving = this.of(batchNumber);
    if (proving !== undefined) this.#dependencies.onUpdate({ type: "proving", proving });
  }
}
