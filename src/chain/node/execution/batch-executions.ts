import type { ExecutionWitness } from "../../../proofs/execution-proof/batch/batch-witness.ts";
import type { ExecutionClaim } from "../../../proofs/execution-proof/batch/execution-claim.ts";
import { unprovenBy, type UnprovenExecution } from "../../../proofs/execution-proof/batch/unproven-execution.ts";
import type { ExecutionProver } from "../../../proofs/execution-proof/batch/execution-prover.ts";
import type { ExecutionProgress } from "../../../proofs/execution-proof/batch/execution-progress.ts";
import type { BatchProver, ProvenExecution } from "../../../proofs/execution-proof/batch/proven-execution.ts";
import { HyperchainError } from "../../../ground/errors/hyperchain-error.ts";
import { reasonOf } from "../../../ground/errors/reason-of.ts";
import type { TemporaryValues } from "../../ledger/temporary-values.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { BatchNumber } from "../../../ground/protocol/ids.ts";
import type { ExecutionOutcome, ExecutionStanding } from "./execution-outcome.ts";
import type { ExecutionStore } from "./execution-store.ts";

/**
 * Error for a wait for a proof of execution whose batch was reverted, or whose node ends.
 * Remedy: request the proof of the batch that replaced it, after the node has started.
 */
export class ExecutionGoneError extends HyperchainError<"BatchReverted" | "NodeClosed" | "BatchUnknown"> {
  override readonly name = "ExecutionGoneError";
}

/** A formed batch whose execution is to be proven. */
export interface ProvableBatch {
  readonly commitment: Hex;
  readonly claim: ExecutionClaim;
  readonly witness: ExecutionWitness | UnprovenExecution;
}

interface ExecutionDependencies {
  /** May be shared. */
  readonly prover: BatchProver & Pick<ExecutionProver, "verify">;
  readonly store: ExecutionStore;
  /** Holds what proofs are made from until their turn. */
  readonly witnesses: TemporaryValues<ExecutionWitness>;
}

/** Maximum number of attempts of a proof that ends by a fault. */
const MOST_ATTEMPTS = 3;
/** Maximum number of concurrent proofs, because their inputs are in memory. */
const MOST_UNDER_WAY = 4;

/** A batch without an outcome. */
interface OpenBatch {
  readonly batchNumber: BatchNumber;
  readonly commitment: Hex;
  readonly claim: ExecutionClaim;
  readonly cancel: AbortController;
  readonly outcome: PromiseWithResolvers<ExecutionOutcome>;
  /** Progress after its proof has begun. */
  progress: ExecutionProgress | undefined;
  readonly followers: ((progress: ExecutionProgress) => void)[];
  /** Resolves when all its work has ended. */
  ended: Promise<void>;
}

/**
 * Proves the execution of a chain's batches after the chain, and reports the outcomes. Each proof is checked before it
 * counts. A batch with a stored outcome is not proven again.
 */
export class BatchExecutions {
  readonly #dependencies: ExecutionDependencies;
  /** In the batches' order. */
  readonly #open = new Map<bigint, OpenBatch>();
  #isClosed = false;

  constructor(dependencies: ExecutionDependencies) {
    this.#dependencies = dependencies;
  }

  /** Takes the chain's next batch. */
  add({ commitment, claim, witness }: ProvableBatch): void {
    const { batchNumber } = claim.batch;
    if (witness.kind === "unproven") {
      this.#dependencies.store.keep(batchNumber, { ...witness, commitment }, undefined);
      return;
    }
    this.#dependencies.witnesses.set(batchNumber, witness);
    const outcome = Promise.withResolvers<ExecutionOutcome>();
    // Waiting callers get the error.
    outcome.promise.catch(() => undefined);
    const batch: OpenBatch = {
      batchNumber,
      commitment,
      claim,
      outcome,
      cancel: new AbortController(),
      progress: undefined,
      followers: [],
      ended: Promise.resolve(),
    };
    this.#open.set(batchNumber, batch);
    this.#proveNext();
  }

  /** This batch and all after it have not happened: what is made for them ends. */
  forgetFrom(batchNumber: bigint): void {
    const { store, witnesses } = this.#dependencies;
    store.forgetFrom(batchNumber);
    witnesses.deleteFrom(batchNumber);
    for (const [number, batch] of this.#open) {
      if (number < batchNumber) continue;
      const message = `batch ${number} was deleted: its chain returned to an earlier state`;
      this.#drop(batch, new ExecutionGoneError("BatchReverted", message));
    }
  }

  /** Undefined for a batch that is not formed, or that this node has not seen. */
  standing(batchNumber: bigint): ExecutionStanding | undefined {
    const batch = this.#open.get(batchNumber);
    if (batch === undefined) return this.#dependencies.store.outcome(batchNumber);
    return batch.progress === undefined ? { kind: "waiting" } : { kind: "proving", progress: batch.progress };
  }

  /** Batches without an outcome, those that are being proven first. */
  pending(): readonly bigint[] {
    return this.#inOrder().map(({ batchNumber }) => batchNumber);
  }

  /** Batches with pending proofs, followed by those that wait. */
  #inOrder(): readonly OpenBatch[] {
    const rank = ({ progress }: OpenBatch): number => (progress === undefined ? 1 : 0);
    return [...this.#open.values()].toSorted((a, b) => rank(a) - rank(b));
  }

  /**
   * Resolves with the outcome of a batch's proof; `onProgress` receives its progress until then. Rejects with
   * ExecutionGoneError.
   */
  outcome(batchNumber: BatchNumber, onProgress?: (progress: ExecutionProgress) => void): Promise<ExecutionOutcome> {
    const open = this.#open.get(batchNumber);
    const known = this.#dependencies.store.outcome(batchNumber);
    if (open !== undefined) {
      if (open.progress !== undefined) onProgress?.(open.progress);
      if (onProgress !== undefined) open.followers.push(onProgress);
      return open.outcome.promise;
    }
    if (known !== undefined) return Promise.resolve(known);
    const message = `no proof of the execution of batch ${batchNumber} is made here`;
    return Promise.reject(new ExecutionGoneError("BatchUnknown", message));
  }

  /** Resolves when all proofs have ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const open = [...this.#open.values()];
    for (const batch of open)
      this.#drop(batch, new ExecutionGoneError("NodeClosed", "the node was closed before the proof was made"));
    await Promise.all(open.map(({ ended }) => ended));
  }

  #drop(batch: OpenBatch, error: ExecutionGoneError): void {
    this.#open.delete(batch.batchNumber);
    batch.outcome.reject(error);
    batch.cancel.abort(error);
  }

  #proveNext(): void {
    if (this.#isClosed) return;
    const open = this.#inOrder();
    const underWay = open.filter(({ progress }) => progress !== undefined).length;
    for (const batch of open.filter(({ progress }) => progress === undefined).slice(0, MOST_UNDER_WAY - underWay)) {
      tell(batch, { chunk: 0, chunks: 0, phase: "queued", fraction: 0 });
      batch.ended = this.#prove(batch).finally(() => this.#proveNext());
    }
  }

  async #prove(batch: OpenBatch): Promise<void> {
    const { batchNumber, commitment, claim } = batch;
    const { signal } = batch.cancel;
    const { prover, witnesses } = this.#dependencies;
    try {
      const witness = witnesses.get(batchNumber);
      if (witness === undefined) throw new RangeError(`the witness of batch ${batchNumber} is not kept`);
      const made = await this.#attempts(batch, witness);
      if (made.kind === "unproven") return this.#conclude(batch, { ...made, commitment });
      const { chunks, provenBits } = await prover.verify(claim, made.proof);
      const { seconds } = made.metrics;
      const proven = { kind: "proven", commitment, outputs: claim.outputs, bytes: made.proof.length } as const;
      this.#conclude(batch, { ...proven, chunks, provenBits, seconds }, made.proof);
    } catch (error) {
      // Waiting callers have already received the cancellation.
      if (signal.aborted) return;
      this.#conclude(batch, { kind: "unproven", commitment, reason: "fault", detail: reasonOf(error) });
    }
  }

  /** A fault may be of the moment, as a thread that was lost: it says nothing of the batch, so it is tried again. */
  async #attempts(batch: OpenBatch, witness: ExecutionWitness): Promise<ProvenExecution | UnprovenExecution> {
    const { signal } = batch.cancel;
    for (let attempt = 1; ; attempt++) {
      const onProgress = (progress: ExecutionProgress): void => tell(batch, progress);
      const made = await this.#dependencies.prover.prove(witness, batch.claim, { signal, onProgress }).catch((error: unknown) => {
        signal.throwIfAborted();
        return unprovenBy(error);
      });
      if (made.kind === "proven" || made.reason !== "fault" || attempt === MOST_ATTEMPTS) return made;
    }
  }

  #conclude(batch: OpenBatch, outcome: ExecutionOutcome, proof?: Uint8Array): void {
    const { batchNumber } = batch;
    // Its number may be another batch's by now.
    if (batch.cancel.signal.aborted) return;
    const { store, witnesses } = this.#dependencies;
    store.keep(batchNumber, outcome, proof);
    witnesses.delete(batchNumber);
    this.#open.delete(batchNumber);
    batch.outcome.resolve(outcome);
  }
}

function tell(batch: OpenBatch, progress: ExecutionProgress): void {
  batch.progress = progress;
  if (batch.cancel.signal.aborted) return;
  for (const follower of batch.followers) follower(progress);
}
