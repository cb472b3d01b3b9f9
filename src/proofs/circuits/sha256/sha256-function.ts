/*
 * The compression function of SHA-256: words of 32 bits. Source of all of this: FIPS 180-4, sections 4.1.2, 4.2.2 and 6.2.2.
 */

/** Rounds of a block, a word of the schedule each. */
export const ROUNDS = 64;
/** Words of a state, and of a block. */
export const STATE_WORDS = 8;
export const BLOCK_WORDS = 16;

/** The constant of each round: the first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
export const ROUND_CONSTANTS: readonly number[] = roundConstants();

/** Rotations of a word to the right by Σ0 and Σ1, in bits. */
export const SUM_0 = [2, 13, 22] as const;
export const SUM_1 = [6, 11, 25] as const;
/** Numbers of bits of σ0 and σ1; the last of each is a shift. */
export const SCHEDULE_0 = [7, 18, 3] as const;
export const SCHEDULE_1 = [17, 19, 10] as const;

/** The state behind a block of 16 words, of a state of eight. */
export function compressBlock(state: readonly number[], block: readonly number[]): number[] {
  const words = Uint32Array.from({ length: ROUNDS }, (_, t) => block[t] ?? 0);
  for (let t = BLOCK_WORDS; t < ROUNDS; t++) words[t] = nextWord(words.subarray(t - BLOCK_WORDS, t));
  const own = Uint32Array.from(state);
  for (let t = 0; t < ROUNDS; t++) {
    const { first, second } = roundSums(own, (words[t] as number) + (ROUND_CONSTANTS[t] as number));
    own.copyWithin(1, 0);
    own[4] = (own[4] as number) + first;
    own[0] = first + second;
  }
  return Array.from(own, (word, i) => (word + (state[i] ?? 0)) >>> 0);
}

/**
 * Sum that a round adds to d, and its second sum, which added to the first is the new a; `added` is the
 * schedule's word plus the constant.
 */
function roundSums(state: Uint32Array, added: number): { readonly first: number; readonly second: number } {
  const [a = 0, b = 0, c = 0, , e = 0, f = 0, g = 0, h = 0] = state;
  const first = h + turned(e, SUM_1) + choice(e, f, g) + added;
  return { first, second: turned(a, SUM_0) + majority(a, b, c) };
}

/** The word of the schedule behind sixteen. */
export function nextWord(words: Uint32Array): number {
  const [first, second] = [words[1] as number, words[14] as number];
  return (shifted(second, SCHEDULE_1) + (words[9] as number) + shifted(first, SCHEDULE_0) + (words[0] as number)) >>> 0;
}

/** Σ0 and Σ1. */
export function turned(word: number, [i, j, k]: readonly [number, number, number]): number {
  return (turn(word, i) ^ turn(word, j) ^ turn(word, k)) >>> 0;
}

/** σ0 and σ1. */
export function shifted(word: number, [i, j, k]: readonly [number, number, number]): number {
  return (turn(word, i) ^ turn(word, j) ^ (word >>> k)) >>> 0;
}

export function choice(e: number, f: number, g: number): number {
  return ((e & f) ^ (~e & g)) >>> 0;
}

export function majority(a: number, b: number, c: number): number {
  return ((a & b) ^ (a & c) ^ (b & c)) >>> 0;
}

function turn(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}

function roundConstants(): number[] {
  const constants: number[] = [];
  for (let number = 2; constants.length < ROUNDS; number++) {
    const isPrime = Array.from({ length: number - 2 }, (_, i) => i + 2).every((divisor) => number % divisor !== 0);
    if (isPrime) constants.push(Number(cubeRoot(BigInt(number) << 96n) & 0xffffffffn));
  }
  return constants;
}

/** The largest integer whose cube is not above the number, which is below 2^108. */
function cubeRoot(number: bigint): bigint {
  let root = 0n;
  for (let bit = 1n << 36n; bit > 0n; bit >>= 1n) if ((root + bit) ** 3n <= number) root += bit;
  return root;
}
