import type { TransactionReceipt } from "ethers";
import { fromHex, toHex, type Hex } from "../../ground/protocol/hex.ts";
import type { BatchNumber } from "../../ground/protocol/ids.ts";
import type { SettlementStage } from "../../ground/protocol/settlement-stage.ts";
import type { StoredBatch } from "../../ground/protocol/stored-batch.ts";
import type { SettlementBatch } from "./batch/settlement-batch.ts";
import { SettlementError } from "./errors/settlement-error.ts";
import type { Journal } from "./journal/journal.ts";
import type { JournalEntry } from "./journal/journal-entry.ts";
import { reduceJournal } from "./journal/progress.ts";
import { atDepth, readLastStoredBatch, readTotals, type BatchTotals } from "./l1-sender/chain-reader.ts";
import type { SenderContext } from "./l1-sender/sender-context.ts";
import type { ProofForBatch } from "./proof-for-batch.ts";
import type { SettlementUpdate } from "./settlement-update.ts";
import { ShownProof } from "./shown-proof.ts";

/** A batch on its way; each promise rejects with what stopped settlement. */
export interface SettlingBatch {
  readonly committed: Promise<StoredBatch>;
  readonly proven: Promise<StoredBatch>;
  readonly executed: Promise<StoredBatch>;
}

/** Batches that were submitted and have not come through a stage. */
export interface SettlementBacklog {
  readonly uncommitted: number;
  readonly unproven: number;
  readonly unexecuted: number;
}

/** Counts a stage's promise among the unfinished ones. A rejection ends settlement. */
export type TrackStages = (
  stage: Promise<StoredBatch>,
  ...unfinished: readonly (keyof SettlementBacklog)[]
) => Promise<StoredBatch>;

/** Sequence of calls that moves the batches of a chain to their execution on L1. */
export interface SettlementWay<Batch> {
  /** Takes the next batch, after the one that was submitted before. */
  submit(batch: Batch, earlier: SettlingBatch | undefined, track: TrackStages): SettlingBatch;
}

type PlainContext = Omit<SenderContext, "onBroadcast" | "onApproval" | "requireRunning">;
type Progress = ReturnType<typeof reduceJournal>;

export interface SettlementDependencies<Batch extends SettlementBatch> {
  readonly context: PlainContext;
  readonly journal: Journal;
  readonly proofs: ProofForBatch<Batch>;
  readonly onUpdate?: (update: SettlementUpdate) => void;
}

interface RunOfJournal {
  readonly journal: Journal;
  /** Progress of earlier processes. */
  readonly progress: Progress;
  readonly stopped: StopSwitch;
}

/** Journal, context and end of settlement between its opening and its stop. */
export class SettlementRun<Batch extends SettlementBatch> {
  readonly context: SenderContext;
  readonly stopped: StopSwitch;
  readonly proofs: ProofForBatch<Batch>;
  readonly tell: (update: SettlementUpdate) => void;
  /** L1's counts when settlement was opened. */
  readonly totals: BatchTotals;
  /** The record of the last batch that was committed when settlement was opened, or the genesis record. */
  readonly last: StoredBatch;
  readonly #journal: Journal;
  readonly #progress: Progress;

  /** Reads L1's newest block, or the newest that counts. Rejects with the provider's error. */
  static async open<Batch extends SettlementBatch>(
    dependencies: SettlementDependencies<Batch>,
    { isAtDepth }: { readonly isAtDepth: boolean },
  ): Promise<SettlementRun<Batch>> {
    const { journal } = dependencies;
    const journaled = { journal, progress: reduceJournal(journal.entries), stopped: new StopSwitch() };
    const context = journaledContext(dependencies.context, journaled);
    const onL1 = isAtDepth ? await atDepth(context, context.confirmations) : context;
    const [totals, last] = await Promise.all([readTotals(onL1), readLastStoredBatch(onL1)]);
    return new SettlementRun(dependencies, journaled, { context, totals, last });
  }

  private constructor(
    { proofs, onUpdate = () => undefined }: SettlementDependencies<Batch>,
    { journal, progress, stopped }: RunOfJournal,
    { context, totals, last }: Pick<SettlementRun<Batch>, "context" | "totals" | "last">,
  ) {
    this.context = context;
    this.stopped = stopped;
    this.proofs = proofs;
    this.tell = onUpdate;
    this.totals = totals;
    this.last = last;
    this.#journal = journal;
    this.#progress = progress;
  }

  /** The batch's separate proof: of an earlier process, or made when its bytes are first requested. */
  proofOf(batch: Batch): ShownProof {
    const { outputs, commitment } = batch;
    const { batchNumber } = outputs;
    const earlier = this.#progress.get(batchNumber)?.proof;
    const earlierProof = earlier?.commitment === commitment ? fromHex(earlier.proof) : undefined;
    return new ShownProof(earlierProof, async () => {
      const made = await this.proofs.prove(batch);
      await this.#journal.append({ type: "proof", batchNumber, commitment, proof: toHex(made) });
      return made;
    });
  }

  /** Journals L1's record of a batch. */
  noteStored(batch: StoredBatch): Promise<void> {
    return this.#journal.append({ type: "stored", batch });
  }

  /** Journals that L1 has done a stage; `receipt` is undefined if it was already done. */
  noteStage(stage: SettlementStage, batchNumber: BatchNumber, receipt: TransactionReceipt | undefined): Promise<void> {
    if (receipt === undefined) return this.#journal.append({ type: "confirmed", stage, batchNumber });
    const { hash, blockNumber, gasUsed } = receipt;
    const transaction = { hash: hash as Hex, blockNumber, gasUsed };
    return this.#journal.append({ type: "confirmed", stage, batchNumber, transaction });
  }
}

/** A sender whose every transaction is in the journal before it leaves, and whose waiting ends with the run. */
function journaledContext(plain: PlainContext, { journal, progress, stopped }: RunOfJournal): SenderContext {
  async function kept(label: string, entry: JournalEntry): Promise<void> {
    try {
      await journal.append(entry);
    } catch (error) {
      // Sending would otherwise be repeated, as if L1 were away.
      throw new SettlementError("JournalUnwritable", `${label}: the journal does not take it, so it was not sent`, {
        cause: error,
      });
    }
  }
  return {
    ...plain,
    requireRunning: () => stopped.throwIfStopped(),
    delay: (ms, stage) => stopped.guard(plain.delay(ms, stage, stopped.signal)),
    earlier(stage, batchNumber) {
      const known = progress.get(batchNumber)?.stages[stage];
      return known?.state === "broadcast" ? known.transactionHashes : [];
    },
    onBroadcast: ({ stage, batchNumber, hash, nonce }) =>
      kept(`${stage} of batch ${batchNumber}`, { type: "broadcast", stage, batchNumber, transactionHash: hash, nonce }),
    onApproval: (approval, state) =>
      kept(`approval of batch ${approval.batchNumber}`, { type: "approval", hyperchain: plain.hyperchain, approval, state }),
  };
}

/** L1 has another batch in the place of one that was submitted, or is not there yet. */
export function batchReplaced(batchNumber: BatchNumber, next: BatchNumber): SettlementError {
  return new SettlementError("BatchReplaced", `batch ${batchNumber} was submitted, the next one is ${next}`);
}

/** Lets promises be given up. Unlike a race with one long-lived promise it keeps nothing of those that are settled. */
class StopSwitch {
  readonly #pending = new Set<(reason: unknown) => void>();
  readonly #abort = new AbortController();
  #reason: { readonly error: unknown } | undefined;

  /** Aborted once everything is stopped. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** The promise, or a rejection once everything is stopped. */
  guard<T>(promise: Promise<T>): Promise<T> {
    if (this.#reason !== undefined) {
      promise.catch(() => undefined);
      return Promise.reject(this.#reason.error);
    }
    return new Promise<T>((resolve, reject) => {
      this.#pending.add(reject);
      promise.then(resolve, reject).finally(() => this.#pending.delete(reject));
    });
  }

  /** Throws what has stopped everything. */
  throwIfStopped(): void {
    if (this.#reason !== undefined) throw this.#reason.error;
  }

  stop(error: unknown): void {
    this.#reason ??= { error };
    for (const reject of this.#pending) reject(error);
    this.#pending.clear();
    this.#abort.abort(error);
  }
}
