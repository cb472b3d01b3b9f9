import type { BatchesProver, PreparedBatch } from "../../../proofs/l1-proof/batches-prover.ts";
import type { JoinableBatch } from "../../../proofs/l1-proof/batch-for-l1.ts";
import type { MemberSlots } from "../../../ground/protocol/hub-slots.ts";
import type { StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import type { Clock } from "../../../ground/runtime/clock.ts";
import { withPreparedProof } from "./prepared-proof.ts";
import type { ExecutionLists, SharedBatch } from "./shared-proofs.ts";

/** A committed batch that an aggregator may have proven for L1 with others: its record there, and its own proof. */
export interface OfferedBatch {
  readonly stored: StoredBatch;
  readonly joinable: JoinableBatch;
  /** Lists that its execution on L1 takes. */
  readonly lists: ExecutionLists;
  /** Slots of its state for a hub; absent unless the chain serves facts. */
  readonly slots?: MemberSlots | undefined;
}

interface OfferedBatchesDependencies {
  readonly onL1: Pick<BatchesProver, "prepare">;
  readonly clock: Clock;
}

const NO_LISTS: ExecutionLists = { imports: [], flows: [] };
/** Between two looks whether L1 has a batch proven. */
const LOOK_MS = 1_000;

/**
 * A chain's batches that wait for an aggregator: a process that requests them, joins their proofs with those of other
 * chains and sends L1 one proof of all. The chain trusts only L1's state. A batch waits a bounded time after the chain
 * would have sent it; then the chain sends it alone. So an aggregator that withholds causes a delay, and blocks nothing.
 */
export class OfferedBatches {
  readonly #waitSeconds: number;
  readonly #dependencies: OfferedBatchesDependencies;
  readonly #offered = new Map<bigint, OfferedBatch>();

  constructor(waitSeconds: number, dependencies: OfferedBatchesDependencies) {
    this.#waitSeconds = waitSeconds;
    this.#dependencies = dependencies;
  }

  /** Offered batches, in order. */
  offered(): readonly OfferedBatch[] {
    return [...this.#offered.values()].sort((a, b) => Number(a.stored.batchNumber - b.stored.batchNumber));
  }

  /** Resolves once L1 has the batch proven by whichever proof. Rejects where that takes too long, and as the prover does. */
  async show(batch: SharedBatch): Promise<{ readonly receipt: undefined }> {
    const { stored, signal, lists = NO_LISTS, slots } = batch;
    const over = new AbortController();
    const ended = AbortSignal.any([signal, over.signal]);
    const offer = async (prepared: Promise<PreparedBatch>): Promise<never> => {
      const joinable = await (await prepared).joinable();
      if (!ended.aborted) this.#offered.set(stored.batchNumber, { stored, joinable, lists, slots });
      return new Promise<never>(() => undefined);
    };
    try {
      await withPreparedProof(this.#dependencies.onL1, { ...batch, signal: ended }, (prepared) =>
        Promise.race([offer(prepared), this.#waitForProof(batch, ended)]),
      );
      return { receipt: undefined };
    } finally {
      over.abort();
      if (this.#offered.get(stored.batchNumber)?.stored === stored) this.#offered.delete(stored.batchNumber);
    }
  }

  /** Rejects after the time has passed, and with the signal's reason. */
  #waitForProof({ stored, due, isProven }: SharedBatch, ended: AbortSignal): Promise<unknown> {
    const { clock } = this.#dependencies;
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    let [cancelLook, cancelWait] = [(): void => undefined, (): void => undefined];
    const look = (): void => {
      const again = (): void => {
        if (!ended.aborted) cancelLook = clock.after(LOOK_MS, look);
      };
      isProven().then((is) => (is ? resolve(undefined) : again()), again);
    };
    const end = (): void => {
      cancelLook();
      cancelWait();
      reject(ended.reason);
    };
    ended.addEventListener("abort", end);
    if (ended.aborted) end();
    else look();
    const late = `no aggregator had L1 shown batch ${stored.batchNumber} within ${this.#waitSeconds} seconds`;
    due().then(() => {
      if (!ended.aborted) cancelWait = clock.after(this.#waitSeconds * 1_000, () => reject(new Error(late)));
    }, reject);
    return promise;
  }
}
