import type { Sha256Request } from "../../../../src/proofs/circuits/sha256/sha256-trace.ts";
import type { Random } from "../../../chain/state/support/random.ts";
import { noblesBlock } from "../../../machine/support/primitives.ts";

/** Limbs of a word of the machine that has eight words of 32 bits, the first highest. */
export function limbsOfWords(words: readonly number[]): number[] {
  return words.toReversed().flatMap((word) => [word % 2 ** 16, Math.floor(word / 2 ** 16)]);
}

/** A state and a block of 16 words, in limbs, with what another implementation says that comes of them. */
export function requestOf(state: readonly number[], block: readonly number[]): Sha256Request {
  return {
    state: limbsOfWords(state),
    first: limbsOfWords(block.slice(0, 8)),
    second: limbsOfWords(block.slice(8)),
    result: limbsOfWords(noblesBlock(state, block)),
  };
}

export function randomWords(random: Random, count: number): number[] {
  return Array.from({ length: count }, () => random.below(2 ** 16) + 2 ** 16 * random.below(2 ** 16));
}

/** Blocks of any words, and those in which sums carry most and least. */
export function requests(random: Random): Sha256Request[] {
  const all = (value: number): Sha256Request => requestOf(new Array<number>(8).fill(value), new Array<number>(16).fill(value));
  return [all(0), all(2 ** 32 - 1), all(2 ** 31), requestOf(randomWords(random, 8), randomWords(random, 16))];
}
