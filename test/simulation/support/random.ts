/** Choices of a step: the same seed gives the same ones. */
export class Choices {
  /**
   * State of xoshiro128** (Blackman, Vigna: "Scrambled linear pseudorandom number generators", 2021): numbers, because most
   * choices are among few.
   */
  readonly #state: Uint32Array;

  constructor(seed: number) {
    this.#state = expand(seed);
  }

  /** Uniform in [0, limit). */
  index(limit: number): number {
    const high = this.#next();
    return (high * 2 ** 21 + (this.#next() >>> 11)) % limit;
  }

  /** Uniform in [from, to]. */
  between(from: bigint, to: bigint): bigint {
    const count = to - from + 1n;
    let drawn = 0n;
    // Enough additional digits that the remainder of the division shows no bias.
    for (let limit = 1n; limit <= count << 64n; limit <<= 32n) drawn = (drawn << 32n) | BigInt(this.#next());
    return from + (drawn % count);
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.#next() >>> 24);
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

  #next(): number {
    const state = this.#state;
    const [a, b, c, d] = [state[0]!, state[1]!, state[2]!, state[3]!];
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    state[0] = a ^ d ^ b;
    state[1] = b ^ c ^ a;
    state[2] = c ^ a ^ (b << 9);
    state[3] = rotate(d ^ b, 11);
    return result;
  }
}

function rotate(word: number, count: number): number {
  return (word << count) | (word >>> (32 - count));
}

/** Four words out of a seed of 53 bits, with the finalizer of MurmurHash3, so that near seeds begin far from each other. */
function expand(seed: number): Uint32Array {
  const low = seed >>> 0;
  const high = Math.floor(seed / 2 ** 32) >>> 0;
  return Uint32Array.from({ length: 4 }, (_, i) => mix(mix(low + Math.imul(i + 1, 0x9e3779b9)) ^ high));
}

function mix(word: number): number {
  let mixed = word >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
