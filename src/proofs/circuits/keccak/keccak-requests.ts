import { keccakP } from "@noble/hashes/sha3.js";
import type { KeccakRequest } from "./keccak-trace.ts";
import { KECCAK_LIMBS, LIMB_BITS } from "../shapes/keccak-state.ts";

interface Known {
  readonly input: readonly number[];
  readonly output: readonly number[];
  uses: number;
}

/** Collects what is asked of the table; equal permutations share their rows. */
export class KeccakRequests {
  readonly #requests = new Map<string, Known>();

  /** The state after Keccak-f[1600], in limbs; the request counts as asked once more. */
  readonly permute = (input: readonly number[]): readonly number[] => {
    const key = String.fromCharCode(...input);
    const known = this.#requests.get(key);
    if (known !== undefined) {
      known.uses++;
      return known.output;
    }
    const output = permuted(input);
    this.#requests.set(key, { input, output, uses: 1 });
    return output;
  };

  list(): readonly KeccakRequest[] {
    return [...this.#requests.values()].map(({ input, uses }) => ({ input, uses }));
  }
}

/** The rows have the same as their last state, or the table refuses them. */
function permuted(input: readonly number[]): number[] {
  const words = Uint32Array.from({ length: KECCAK_LIMBS / 2 }, (_, i) => {
    return (input[2 * i] ?? 0) + (input[2 * i + 1] ?? 0) * 2 ** LIMB_BITS;
  });
  keccakP(words);
  return Array.from(words).flatMap((word) => [word % 2 ** LIMB_BITS, word >>> LIMB_BITS]);
}
