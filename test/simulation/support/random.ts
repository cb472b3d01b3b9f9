import { createRandomness } from "../../protocol/random-batches.ts";
import type { Randomness } from "../../protocol/random-batches.ts";

/** Choices of a step: the same seed gives the same ones. */
export class Choices {
  readonly #random: Randomness;

  constructor(seed: number) {
    this.#random = createRandomness(seed);
  }

  /** Uniform in [0, limit). */
  index(limit: number): number {
    return this.#random.index(limit);
  }

  /** Uniform in [from, to]. */
  between(from: bigint, to: bigint): bigint {
    return from + this.#random.below(to - from + 1n);
  }

  bytes(length: number): Uint8Array {
    return this.#random.bytes(length);
  }

  /** True in one of `count` cases. */
  oneIn(count: number): boolean {
    return this.index(count) === 0;
  }

  /** One of them. Undefined where there is none. */
  pick<T>(items: readonly T[]): T | undefined {
    return items.length === 0 ? undefined : items[this.index(items.length)];
  }

  /** One of them, of which there is at least one. */
  choose<T>(first: T, ...rest: readonly T[]): T {
    return [first, ...rest][this.index(rest.length + 1)]!;
  }

  /** About as many of them as half. */
  some<T>(items: readonly T[]): T[] {
    return items.filter(() => this.oneIn(2));
  }
}
