import { mul, rootOfUnity } from "../../../field/koala-bear.ts";
import { companionOf } from "../../montgomery.ts";

/** Twiddles for transforms of up to 2^logSize elements, as the kernel `ntt` reads them. */
interface TwiddleTables {
  /** Value and companion per block, bit-reversed. */
  readonly blocks: Uint32Array;
  /** c, c′, d, d′, e, e′ of the blocks of four elements: six arrays of 2^(logSize − 2) words. */
  readonly tail: Uint32Array;
}

/** Entry b of the table is ω^bitrev(b) for the smallest ω that has it: the same for every size of transform. */
export function twiddleTables(logSize: number): TwiddleTables {
  const count = 2 ** Math.max(2, logSize - 1);
  const twiddles = new Uint32Array(count);
  twiddles[0] = 1;
  for (let filled = 1, log = 2; filled < count; filled *= 2, log++) {
    const root = rootOfUnity(log);
    for (let b = 0; b < filled; b++) twiddles[filled + b] = mul(twiddles[b] ?? 0, root);
  }
  const companions = twiddles.map(companionOf);
  const blocks = new Uint32Array(2 * count);
  twiddles.forEach((twiddle, b) => {
    blocks[2 * b] = twiddle;
    blocks[2 * b + 1] = companions[b] ?? 0;
  });
  const quarter = count / 2;
  const tail = new Uint32Array(6 * quarter);
  for (let b = 0; b < quarter; b++) {
    for (const [array, index] of [b, 2 * b, 2 * b + 1].entries()) {
      tail[2 * array * quarter + b] = twiddles[index] ?? 0;
      tail[(2 * array + 1) * quarter + b] = companions[index] ?? 0;
    }
  }
  return { blocks, tail };
}
