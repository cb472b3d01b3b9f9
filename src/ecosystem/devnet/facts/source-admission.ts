import type { FactEvidence } from "../../../ground/protocol/fact-evidence.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";
import { readFactIndex } from "../../../ground/protocol/import-kinds.ts";
import type { ImportedRoot } from "../../../ground/protocol/rolling-hash.ts";
import { DoublingPauses } from "../../../ground/runtime/doubling-pauses.ts";
import { FactRefused } from "../../../chain/settlement-layer/facts/fact-refused.ts";

/** Facts about batches of one source that a batch has: a source alone does not use the sixteen of a batch. */
const MAX_OF_SOURCE = 4;
const SHUT_OUT_SECONDS = 3_600;
/** Half a year. */
const MAX_DOUBLINGS = 12;

interface SourceAdmissionDependencies {
  /** Imports of the open batch. */
  readonly openImports: () => readonly ImportedRoot[];
  readonly nowSeconds: () => bigint;
}

/** Decides whether a chain imports about batches of a source now: a few for each batch, and none for a time after a void one. */
export class SourceAdmission {
  readonly #dependencies: SourceAdmissionDependencies;
  /** Sources of void imports. */
  readonly #shutOut: DoublingPauses<ChainId>;

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

  /**
   * Requires a fact about an open batch of its source before the chain seals for it: a source has few, by its own seals.
   * Facts about executed batches cost a stranger nothing, and a source has its whole history. Throws FactRefused TooManyFacts.
   */
  requireOpen({ batches }: Pick<FactEvidence, "batches">): void {
    if (batches.length > 0) return;
    throw new FactRefused("TooManyFacts", "the open batch has no room for a further fact about an executed batch of the source");
  }

  /** True if the open batch can have a further fact about a batch of the source. */
  hasRoom(source: ChainId): boolean {
    const ofSource = this.#dependencies
      .openImports()
      .filter(({ registryIndex }) => readFactIndex(registryIndex)?.chainId === source);
    return ofSource.length < MAX_OF_SOURCE;
  }
}
