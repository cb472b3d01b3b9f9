import type { ChainId } from "../../ground/protocol/ids.ts";
import { factIndex } from "../../ground/protocol/import-kinds.ts";
import type { L1View } from "../../chain/settlement-layer/reader/l1-view.ts";
import { Attempts } from "./attempts.ts";
import type { OpenJourney } from "./journey-book.ts";
import { describeRefusal } from "./refusal.ts";

/** Imports that are requested in a round: as many as a batch has. */
const MAX_REQUESTS = 16;

/** Batch of a source. */
export interface SourceBatch {
  readonly chainId: ChainId;
  readonly batchNumber: bigint;
}

/** One way to have a chain import facts: the batch of a message, and the request for it. */
export interface ImportWay<Batch extends SourceBatch> {
  /** Chains whose batches the chain imports facts about. */
  readonly from: () => readonly bigint[];
  readonly l1View: L1View;
  /** Batch of a message that L1 has not executed; undefined if a request would be in vain. */
  batchOf(journey: OpenJourney): Promise<Batch | undefined>;
  /** Requests the import. Rejects with the refusal. */
  request(batch: Batch): Promise<void>;
  /** True for an error that only means that the next round can request the import. */
  isTooEarly(error: unknown): boolean;
}

/** Requests an import for each batch with a message that waits for a chain. */
export class ImportRequests<Batch extends SourceBatch> {
  readonly #way: ImportWay<Batch>;
  readonly #attempts = new Attempts<OpenJourney>();
  /** Facts that the chain has, whose events may not be read yet. */
  readonly #imported = new Set<bigint>();

  constructor(way: ImportWay<Batch>) {
    this.#way = way;
  }

  /** The chain returned to an earlier state. */
  forget(): void {
    this.#imported.clear();
  }

  /** Requests an import for each batch with a message that waits. Resolves with the number of imports. */
  async request(waiting: readonly OpenJourney[]): Promise<number> {
    this.#attempts.look();
    const requested = new Set<bigint>();
    let imported = 0;
    for (const journey of waiting) {
      const batch = this.#waits(journey) ? await this.#way.batchOf(journey) : undefined;
      if (batch === undefined) continue;
      const index = factIndex(batch.chainId, batch.batchNumber);
      if (requested.has(index) || this.#imported.has(index)) continue;
      if (requested.size === MAX_REQUESTS) break;
      requested.add(index);
      if (!(await this.#requestOne(journey, batch))) continue;
      this.#imported.add(index);
      imported++;
    }
    return imported;
  }

  #waits(journey: OpenJourney): boolean {
    const { sourceChainId, sender, messageHash, content, imported, steps, sentTooEarly } = journey;
    const isOpen = imported === undefined && !steps.has("executed") && sentTooEarly === undefined;
    if (!isOpen || content.type === "refund" || !this.#way.from().includes(sourceChainId)) return false;
    if (!this.#attempts.isDue(journey)) return false;
    const onL1 = this.#way.l1View.messages(sourceChainId, sender, messageHash);
    return onL1.every(({ batch }) => batch.executed === undefined);
  }

  async #requestOne(journey: OpenJourney, batch: Batch): Promise<boolean> {
    try {
      await this.#way.request(batch);
      journey.refusal = undefined;
      return true;
    } catch (error) {
      if (this.#way.isTooEarly(error)) return false;
      journey.refusal = describeRefusal(error);
      this.#attempts.fail(journey, error);
      return false;
    }
  }
}
