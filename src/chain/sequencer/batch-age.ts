import type { Clock } from "../../runtime/clock.ts";

interface BatchAgeDependencies {
  readonly clock: Clock;
  /** Whether a batch may be sealed now; otherwise it is looked at again when it has aged as much once more. */
  readonly maySeal: () => boolean;
  readonly seal: () => void;
}

/** Has the open batch sealed at a certain age. */
export class BatchAge {
  /** Undefined for never. */
  readonly #maxAgeMs: number | undefined;
  readonly #dependencies: BatchAgeDependencies;
  #cancel: (() => void) | undefined;

  constructor(maxAgeMs: number | undefined, dependencies: BatchAgeDependencies) {
    this.#maxAgeMs = maxAgeMs;
    this.#dependencies = dependencies;
  }

  /** A batch has been opened. */
  start(): void {
    this.stop();
    if (this.#maxAgeMs === undefined) return;
    const { clock, maySeal, seal } = this.#dependencies;
    this.#cancel = clock.after(this.#maxAgeMs, () => {
      if (maySeal()) seal();
      else this.start();
    });
  }

  /** No batch is open, or none is to be sealed. */
  stop(): void {
    this.#cancel?.();
  }
}
