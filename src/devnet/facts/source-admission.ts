import type { ChainId } from "../../protocol/ids.ts";
import { DoublingPauses } from "../../runtime/doubling-pauses.ts";
import { FactRefused } from "../../settlement-layer/facts/fact-refused.ts";

/** Imports about batches of one source that a batch has. */
const MAX_OF_SOURCE = 4;
const SHUT_OUT_SECONDS = 3_600;
/** Half a year. */
const MAX_DOUBLINGS = 12;

interface SourceAdmissionDependencies {
  /** Number of the open batch. */
  readonly batchNumber: () => bigint;
  readonly nowSeconds: () => bigint;
}

/** Decides whether a chain imports about batches of a source now: a few for each batch, and none for a time after a void one. */
export class SourceAdmission {
  readonly #dependencies: SourceAdmissionDependencies;
  /** Sources of void imports. */
  readonly #shutOut: DoublingPauses<ChainId>;
  /** Imports of the open batch by source. */
  #counts: { batchNumber: bigint; readonly bySource: Map<ChainId, number> } = { batchNumber: -1n, bySource: new Map() };

  constructor(dependencies: SourceAdmissionDependencies) {
    this.#dependencies = dependencies;
    const { nowSeconds } = dependencies;
    this.#shutOut = new DoublingPauses({ seconds: SHUT_OUT_SECONDS, maxDoublings: MAX_DOUBLINGS, nowSeconds });
  }

  /** An import about a batch of the source was void: none is made for an hour, and twice as long after each further one. */
  shutOut(source: ChainId): void {
    this.#shutOut.begin(source);
  }

  /** Throws FactRefused SourceShutOut. */
  requireAdmitted(source: ChainId): void {
    const until = this.#shutOut.until(source);
    if (until === undefined) return;
    throw new FactRefused(
      "SourceShutOut",
      `a fact about a batch of chain ${source} was void, so none is imported before second ${until}`,
    );
  }

  /** Sources that are shut out now, with the seconds at which that ends. */
  shutOutSources(): ReturnType<DoublingPauses<ChainId>["inEffect"]> {
    return this.#shutOut.inEffect();
  }

  /** True if the open batch can have a further import about a batch of the source. */
  hasRoom(source: ChainId): boolean {
    return (this.#ofOpenBatch().get(source) ?? 0) < MAX_OF_SOURCE;
  }

  /** Throws FactRefused TooManyFacts. */
  requireRoom(source: ChainId): void {
    if (this.hasRoom(source)) return;
    throw new FactRefused("TooManyFacts", `the open batch has ${MAX_OF_SOURCE} facts about batches of chain ${source}`);
  }

  /** The open batch has a further import about a batch of the source. */
  count(source: ChainId): void {
    const counts = this.#ofOpenBatch();
    counts.set(source, (counts.get(source) ?? 0) + 1);
  }

  #ofOpenBatch(): Map<ChainId, number> {
    const batchNumber = this.#dependencies.batchNumber();
    if (this.#counts.batchNumber !== batchNumber) this.#counts = { batchNumber, bySource: new Map() };
    return this.#counts.bySource;
  }
}
