import type { KeccakRequest } from "./keccak-trace.ts";
import { keccakRows, stateAfter } from "./keccak-trace.ts";

interface Known {
  readonly input: readonly number[];
  readonly output: readonly number[];
  uses: number;
}

/** Collects what is asked of the table; equal permutations share their rows. */
export class KeccakRequests {
  readonly #known = new Map<string, Known>();

  /** The state after Keccak-f[1600], in limbs; the request counts as asked once more. */
  readonly permute = (input: readonly number[]): readonly number[] => {
    const key = input.join();
    const known = this.#known.get(key);
    if (known !== undefined) {
      known.uses++;
      return known.output;
    }
    const last = keccakRows({ input, uses: 1 }).at(-1);
    if (last === undefined) throw new Error("a permutation has rounds");
    const output = stateAfter(last);
    this.#known.set(key, { input, output, uses: 1 });
    return output;
  };

  list(): readonly KeccakRequest[] {
    return [...this.#known.values()].map(({ input, uses }) => ({ input, uses }));
  }
}
