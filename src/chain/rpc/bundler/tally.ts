import type { Hex } from "../../../ground/protocol/hex.ts";
import { dropOldest } from "../../../ground/runtime/drop-oldest.ts";

interface TallyOptions {
  readonly nowMs: () => number;
  /** Time that a count is stored after its last change. */
  readonly memoryMs: number;
  /** Contracts that are counted; the one whose count changed least lately is forgotten. */
  readonly maxContracts: number;
}

/** A count for each contract, which is 0 for those that are not remembered. */
export class Tally {
  readonly #options: TallyOptions;
  /** The least lately changed first. */
  readonly #counts = new Map<Hex, { readonly count: number; readonly lastMs: number }>();

  constructor(options: TallyOptions) {
    this.#options = options;
  }

  of(contract: Hex): number {
    const { nowMs, memoryMs } = this.#options;
    const known = this.#counts.get(contract);
    return known === undefined || nowMs() - known.lastMs > memoryMs ? 0 : known.count;
  }

  change(contract: Hex, by: number): void {
    const { nowMs, maxContracts } = this.#options;
    const count = this.of(contract) + by;
    this.#counts.delete(contract);
    if (count !== 0) this.#counts.set(contract, { count, lastMs: nowMs() });
    dropOldest(this.#counts, maxContracts);
  }
}
