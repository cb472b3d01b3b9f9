import type { TransactionReceipt } from "ethers";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { BatchNumber } from "../../ground/protocol/ids.ts";
import type { SettlementStage } from "../../ground/protocol/settlement-stage.ts";
import { SettlementError } from "./errors/settlement-error.ts";
import type { Journal } from "./journal/journal.ts";
import type { JournalEntry } from "./journal/journal-entry.ts";
import type { reduceJournal } from "./journal/progress.ts";
import type { SenderContext } from "./l1-sender/sender-context.ts";

interface RunOfJournal {
  readonly journal: Journal;
  /** Progress of earlier processes. */
  readonly progress: ReturnType<typeof reduceJournal>;
  readonly stopped: StopSwitch;
}

/** A sender whose every transaction is in the journal before it leaves, and whose waiting ends with the run. */
export function journaledContext(
  given: Omit<SenderContext, "onBroadcast" | "onApproval" | "requireRunning">,
  { journal, progress, stopped }: RunOfJournal,
): SenderContext {
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
    ...given,
    requireRunning: () => stopped.throwIfStopped(),
    delay: (ms, stage) => stopped.guard(given.delay(ms, stage, stopped.signal)),
    earlier(stage, batchNumber) {
      const known = progress.get(batchNumber)?.stages[stage];
      return known?.state === "broadcast" ? known.transactionHashes : [];
    },
    onBroadcast: ({ stage, batchNumber, hash, nonce }) =>
      kept(`${stage} of batch ${batchNumber}`, { type: "broadcast", stage, batchNumber, transactionHash: hash, nonce }),
    onApproval: (approval, state) =>
      kept(`approval of batch ${approval.batchNumber}`, { type: "approval", hyperchain: given.hyperchain, approval, state }),
  };
}

/** Entry for a stage that L1 has done; `receipt` is undefined if it was already done. */
export function confirmation(
  stage: SettlementStage,
  batchNumber: BatchNumber,
  receipt: TransactionReceipt | undefined,
): JournalEntry {
  if (receipt === undefined) return { type: "confirmed", stage, batchNumber };
  const { blockNumber, gasUsed } = receipt;
  return { type: "confirmed", stage, batchNumber, transaction: { hash: receipt.hash as Hex, blockNumber, gasUsed } };
}

/** L1 has another batch in the place of one that was submitted, or is not there yet. */
export function batchReplaced(batchNumber: BatchNumber, next: BatchNumber): SettlementError {
  return new SettlementError("BatchReplaced", `batch ${batchNumber} was submitted, the next one is ${next}`);
}

/** Lets promises be given up. Unlike a race with one long-lived promise it keeps nothing of those that are settled. */
export class StopSwitch {
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
