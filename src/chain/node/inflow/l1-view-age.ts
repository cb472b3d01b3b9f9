import type { Provider } from "ethers";
import type { MovableClock } from "../../../ground/runtime/movable-clock.ts";
import type { L1Checkpoint } from "../../settlement-layer/reader/l1-watcher.ts";

interface L1ViewAgeOptions {
  /** Time of the sequencer for an operation. */
  readonly windowSeconds: bigint;
  /** Confirmations that a block needs before it is read, itself included. */
  readonly confirmations: number;
}

interface L1ViewAgeDependencies {
  readonly time: MovableClock;
  readonly l1: Pick<Provider, "getBlock">;
}

/**
 * Age of a chain's view of L1. An operation that the view lacks is due at the earliest one window after the view: a batch
 * that is sealed on a younger view omits no due operation.
 */
export class L1ViewAge {
  readonly #options: L1ViewAgeOptions;
  readonly #dependencies: L1ViewAgeDependencies;
  #seconds: bigint;
  /** Whether L1 answered, and showed nothing younger than the window. */
  #isStale = false;

  constructor(options: L1ViewAgeOptions, dependencies: L1ViewAgeDependencies) {
    this.#options = options;
    this.#dependencies = dependencies;
    // Nothing can be queued before the chain exists.
    this.#seconds = dependencies.time.nowSeconds();
  }

  /**
   * A look that began at this time has read L1 up to a block: all that came later is in blocks after it. Rejects with the
   * provider's error.
   */
  async looked(since: bigint, checkpoint: L1Checkpoint | undefined): Promise<void> {
    if (this.#options.confirmations === 1 || checkpoint === undefined) {
      this.#seconds = since;
      this.#isStale = false;
      return;
    }
    const block = await this.#dependencies.l1.getBlock(checkpoint.blockNumber);
    if (block !== null) this.#seconds = BigInt(block.timestamp);
    this.#isStale = this.isOld();
  }

  /** Whether a look does not help: L1 shows no block that is young enough. */
  isStale(): boolean {
    return this.#isStale && this.isOld();
  }

  isOld(): boolean {
    return this.#dependencies.time.nowSeconds() >= this.#seconds + this.#options.windowSeconds;
  }

  describe(): string {
    const age = this.#dependencies.time.nowSeconds() - this.#seconds;
    return `the chain's view of L1 is ${age} s old, and its window is ${this.#options.windowSeconds} s: nothing is sealed until L1 is read again`;
  }
}
