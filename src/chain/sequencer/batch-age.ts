import type { Clock } from "../../ground/runtime/clock.ts";

interface BatchAgeDependencies {
  readonly clock: Clock;
  /** True if a batch may be sealed now; otherwise its age is checked again when it has aged as much once more. */
  readonly maySeal: () => boolean;
  readonly seal: () => void;
}

/** Seals a batch at a certain age, which counts from its first content. */
export class BatchAge {
  /** Undefined for never. */
  readonly #maxAgeMs: number | undefined;
  readonly #dependencies: BatchAgeDependencies;
  /** `undefined` if no batch ages. */
  #cancel: (() => void) | undefined;

  constructor(maxAgeMs: number | undefined, dependencies: BatchAgeDependencies) {
    this.#maxAgeMs = maxAgeMs;
    this.#dependencies = dependencies;
  }

  /** Starts the age of the open batch, unless it runs already. */
  start(): void {
    if (this.#maxAgeMs === undefined || this.#cancel !== undefined) return;
    const { clock, maySeal, seal } = this.#dependencies;
    this.#cancel = clock.after(this.#maxAgeMs, () => {
      this.#cancel = undefined;
      if (maySeal()) seal();
      else this.start();
    });
  }

  /** Forgets the age: no batch is open, or none is to be sealed. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
