import type { BatchWitness } from "../../execution-proof/batch/batch-witness.ts";
import type { ExecutionClaim } from "../../execution-proof/batch/execution-claim.ts";
import { labelOf } from "../../execution-proof/batch/execution-label.ts";
import type { LabelledExecution } from "../../execution-proof/batch/execution-label.ts";
import type { ExecutionProver } from "../../execution-proof/batch/execution-prover.ts";
import type { ExecutionProgress } from "../../execution-proof/batch/execution-progress.ts";
import type { ProvenExecution } from "../../execution-proof/batch/proven-execution.ts";
import { HyperchainError } from "../../errors/hyperchain-error.ts";
import { reasonOf } from "../../errors/reason-of.ts";
import type { TemporaryValues } from "../../ledger/temporary-values.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { BatchNumber } from "../../protocol/ids.ts";
import type { ExecutionOutcome, ExecutionStanding } from "./execution-outcome.ts";
import type { ExecutionStore } from "./execution-store.ts";

/** A batch's proof of execution cannot be waited for: its batch is gone, or the node ends. */
export class ExecutionGoneError extends HyperchainError<"BatchReverted" | "NodeClosed" | "BatchUnknown"> {
  override readonly name = "ExecutionGoneError";
}

/** A formed batch whose execution is to be proven. */
export interface ProvableBatch {
  readonly commitment: Hex;
  readonly claim: ExecutionClaim;
  readonly witness: BatchWitness | LabelledExecution;
}

interface ExecutionQueueDependencies {
  /** May be shared: it proves one batch at a time, in the order in which it is asked. */
  readonly prover: Pick<ExecutionProver, "prove" | "verify">;
  readonly store: ExecutionStore;
  /** Holds what proofs are made from until their turn. */
  readonly witnesses: TemporaryValues<BatchWitness>;
}

/** How often a proof is begun that ends by a fault. */
const MOST_ATTEMPTS = 3;

interface Waiting {
  readonly commitment: Hex;
  readonly claim: ExecutionClaim;
}

interface Making {
  readonly batchNumber: BatchNumber;
  readonly cancel: AbortController;
  /** Resolves when nothing of it is under way any more. */
  readonly ended: Promise<void>;
  progress: ExecutionProgress;
}

/**
 * Makes proofs of the execution of a chain's batches behind the chain, one after the other, in the batches' order. Each is
 * checked before it counts. A batch of which a proof, or a reason why there is none, is kept is not proven again.
 */
export class ExecutionQueue {
  readonly #dependencies: ExecutionQueueDependencies;
  readonly #waiting = new Map<bigint, Waiting>();
  readonly #listeners = new Map<bigint, PromiseWithResolvers<ExecutionOutcome>>();
  #making: Making | undefined;
  #isClosed = false;

  constructor(dependencies: ExecutionQueueDependencies) {
    this.#dependencies = dependencies;
  }

  /** Takes the chain's next batch. */
  add({ commitment, claim, witness }: ProvableBatch): void {
    const { batchNumber } = claim.batch;
    if (witness.kind === "labelled") {
      this.#conclude(batchNumber, { ...witness, commitment }, undefined);
      return;
    }
    this.#dependencies.witnesses.set(batchNumber, witness);
    this.#waiting.set(batchNumber, { commitment, claim });
    this.#proveNext();
  }

  /** This batch and all after it have not happened: what is made for them ends. */
  forgetFrom(batchNumber: bigint): void {
    const { store, witnesses } = this.#dependencies;
    store.forgetFrom(batchNumber);
    witnesses.deleteFrom(batchNumber);
    for (const number of this.#waiting.keys()) if (number >= batchNumber) this.#waiting.delete(number);
    for (const [number, listener] of this.#listeners)
      if (number >= batchNumber) this.#reject(number, listener, new ExecutionGoneError("BatchReverted", reverted(number)));
    const making = this.#making;
    if (making !== undefined && making.batchNumber >= batchNumber)
      making.cancel.abort(new ExecutionGoneError("BatchReverted", reverted(making.batchNumber)));
  }

  /** Undefined for a batch that is not formed, or that this node has not seen. */
  standing(batchNumber: bigint): ExecutionStanding | undefined {
    const outcome = this.#dependencies.store.outcome(batchNumber);
    if (outcome !== undefined) return outcome;
    const making = this.#making;
    if (making?.batchNumber === batchNumber && !making.cancel.signal.aborted)
      return { kind: "proving", progress: making.progress };
    return this.#waiting.has(batchNumber) ? { kind: "waiting" } : undefined;
  }

  /** Batches without an outcome, the one that is being proven first. */
  pending(): readonly bigint[] {
    const making = this.#making?.cancel.signal.aborted === false ? [this.#making.batchNumber] : [];
    return [...making, ...[...this.#waiting.keys()].sort((a, b) => Number(a - b))];
  }

  /** Resolves with what became of a batch's proof. Rejects with ExecutionGoneError. */
  async outcome(batchNumber: BatchNumber): Promise<ExecutionOutcome> {
    const standing = this.standing(batchNumber);
    if (standing === undefined)
      throw new ExecutionGoneError("BatchUnknown", `no proof of the execution of batch ${batchNumber} is made here`);
    if (standing.kind === "proven" || standing.kind === "labelled") return standing;
    const listener = this.#listeners.get(batchNumber) ?? Promise.withResolvers<ExecutionOutcome>();
    this.#listeners.set(batchNumber, listener);
    return listener.promise;
  }

  /** Resolves when nothing is made any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const closed = new ExecutionGoneError("NodeClosed", "the node was closed before the proof was made");
    for (const [number, listener] of this.#listeners) this.#reject(number, listener, closed);
    this.#waiting.clear();
    this.#making?.cancel.abort(closed);
    await this.#making?.ended;
  }

  #proveNext(): void {
    if (this.#making !== undefined || this.#isClosed) return;
    const [batchNumber] = this.pending();
    const waiting = batchNumber === undefined ? undefined : this.#waiting.get(batchNumber);
    if (batchNumber === undefined || waiting === undefined) return;
    this.#waiting.delete(batchNumber);
    const cancel = new AbortController();
    const { promise: ended, resolve: end } = Promise.withResolvers<undefined>();
    const making: Making = {
      ...{ batchNumber, cancel, ended },
      progress: { chunk: 0, chunks: 0, phase: "queued", fraction: 0 },
    };
    this.#making = making;
    void this.#prove(making, waiting).finally(() => {
      this.#making = undefined;
      end(undefined);
      this.#proveNext();
    });
  }

  async #prove(making: Making, { commitment, claim }: Waiting): Promise<void> {
    const { batchNumber, cancel } = making;
    const { signal } = cancel;
    const { prover, witnesses } = this.#dependencies;
    try {
      const witness = witnesses.get(batchNumber);
      if (witness === undefined) throw new RangeError(`the witness of batch ${batchNumber} is not kept`);
      const made = await this.#attempts(making, witness, claim);
      if (made.kind === "labelled") {
        if (!signal.aborted) this.#conclude(batchNumber, { ...made, commitment }, undefined);
        return;
      }
      const { chunks, provenBits } = await prover.verify(claim, made.proof);
      if (signal.aborted) return;
      const { seconds } = made.metrics;
      this.#conclude(
        batchNumber,
        { kind: "proven", commitment, outputs: claim.outputs, bytes: made.proof.length, chunks, provenBits, seconds },
        made.proof,
      );
    } catch (error) {
      // What was cancelled has been told to those who wait.
      if (signal.aborted) return;
      this.#conclude(batchNumber, { kind: "labelled", commitment, reason: "fault", detail: reasonOf(error) }, undefined);
    }
  }

  /** A fault may be of the moment, as a thread that was lost: it says nothing of the batch, so it is tried again. */
  async #attempts(making: Making, witness: BatchWitness, claim: ExecutionClaim): Promise<ProvenExecution | LabelledExecution> {
    const { signal } = making.cancel;
    for (let attempt = 1; ; attempt++) {
      const onProgress = (progress: ExecutionProgress): void => void (making.progress = progress);
      const made = await this.#dependencies.prover.prove(witness, claim, { signal, onProgress }).catch((error: unknown) => {
        signal.throwIfAborted();
        return labelOf(error);
      });
      if (made.kind === "proven" || made.reason !== "fault" || attempt === MOST_ATTEMPTS) return made;
    }
  }

  #conclude(batchNumber: BatchNumber, outcome: ExecutionOutcome, proof: Uint8Array | undefined): void {
    this.#dependencies.store.keep(batchNumber, outcome, proof);
    this.#dependencies.witnesses.delete(batchNumber);
    const listener = this.#listeners.get(batchNumber);
    this.#listeners.delete(batchNumber);
    listener?.resolve(outcome);
  }

  #reject(batchNumber: bigint, { promise, reject }: PromiseWithResolvers<ExecutionOutcome>, error: ExecutionGoneError): void {
    this.#listeners.delete(batchNumber);
    // It is told to those who wait, if there are any left.
    promise.catch(() => undefined);
    reject(error);
  }
}

function reverted(batchNumber: bigint): string {
  return `batch ${batchNumber} is gone: its chain returned to an earlier state`;
}
