import type { Clock } from "../../ground/runtime/clock.ts";
import type { BlockPolicy } from "./policies.ts";

interface BlockTimingDependencies {
  readonly clock: Clock;
  /** Whether a transaction waits that could be included now. */
  readonly hasReady: () => boolean;
  /** Runs the work after all earlier work of the chain; the runner reports its faults. */
  readonly exclusively: (work: () => Promise<void>) => Promise<void>;
  /** Makes blocks of at most `limit` waiting transactions. */
  readonly produce: (limit: number) => Promise<void>;
  /** Called when a transaction may be ready. */
  readonly onReady: () => void;
}

/** Makes blocks when the policy says so, unless someone wishes otherwise or a full batch may not be sealed. */
export class BlockTiming {
  readonly #policy: BlockPolicy;
  readonly #dependencies: BlockTimingDependencies;
  #isPumping = false;
  /** True if the batch is full and may not be sealed: nothing continues until `resume`. */
  #isHeldUp = false;
  /** Nothing is sequenced until `unpause`, by someone's wish. */
  #isPaused = false;
  /** The policy makes no blocks, by someone's wish. */
  #isManual = false;
  #cancelInterval: (() => void) | undefined;

  constructor(policy: BlockPolicy, dependencies: BlockTimingDependencies) {
    this.#policy = policy;
    this.#dependencies = dependencies;
    this.#armInterval();
  }

  get isHeldUp(): boolean {
    return this.#isHeldUp;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  get isAutomatic(): boolean {
    return !this.#isManual;
  }

  /** Whether a transaction that is ready gets a block at once, not at some later time or on demand. */
  get isInstant(): boolean {
    return this.#policy.type === "instant" && !this.#isIdle;
  }

  /** Seconds, rounded up, that a transaction waits for its block where blocks come by interval. */
  get waitSeconds(): bigint {
    const policy = this.#policy;
    return policy.type === "interval" ? BigInt(Math.ceil(policy.intervalMs / 1_000)) : 0n;
  }

  /** Whether the last attempt to make blocks ended at a full batch that may not be sealed. */
  setHeldUp(heldUp: boolean): void {
    this.#isHeldUp = heldUp;
  }

  setAutomatic(automatic: boolean): void {
    this.#isManual = !automatic;
    if (automatic) this.advance();
  }

  pause(): void {
    this.#isPaused = true;
  }

  unpause(): void {
    this.#isPaused = false;
    this.advance();
  }

  /** The full batch may be sealed. */
  resume(): void {
    this.#isHeldUp = false;
    this.advance();
  }

  /** Takes up work again after `stop`. */
  restart(): void {
    this.#armInterval();
    this.resume();
  }

  stop(): void {
    this.#cancelInterval?.();
  }

  /** Makes blocks until nothing waits. Blocks by interval come at their time only. */
  advance(): void {
    this.#dependencies.onReady();
    if (this.#isPumping || this.#policy.type === "interval") return;
    this.#isPumping = true;
    const { hasReady, exclusively, produce } = this.#dependencies;
    const limit = this.#policy.maxTransactions ?? 1;
    const turns = async (): Promise<void> => {
      try {
        while (hasReady() && this.#makesBlocks) await exclusively(() => produce(limit));
      } finally {
        this.#isPumping = false;
      }
    };
    // A fault has been reported by then, and has refused everyone who waits.
    turns().catch(() => undefined);
  }

  /** True if no blocks are made automatically. */
  get #isIdle(): boolean {
    return this.#isPaused || this.#isManual;
  }

  get #makesBlocks(): boolean {
    return !this.#isHeldUp && !this.#isIdle;
  }

  #armInterval(): void {
    const policy = this.#policy;
    if (policy.type === "instant") return;
    this.#cancelInterval?.();
    const { clock, hasReady, exclusively, produce } = this.#dependencies;
    const tick = async (): Promise<void> => {
      if (hasReady() && this.#makesBlocks) await exclusively(() => produce(policy.maxTransactions));
      this.#armInterval();
    };
    this.#cancelInterval = clock.after(policy.intervalMs, () => {
      // A fault is reported where it happens.
      tick().catch(() => undefined);
    });
  }
}
