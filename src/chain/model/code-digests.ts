import { createCompressor } from "../../kernels/wasm/compressor.ts";
import type { Compressor } from "../../kernels/wasm/compressor.ts";
import { codeDigestWord } from "../../protocol/code-digest.ts";

/** Made with the first code. */
let compressor: Compressor | undefined;
/** By the code's own array, which must not change. */
const known = new WeakMap<Uint8Array, bigint>();

/** Value of the code digest leaf of an account with this code: about 4 ms for the largest, once for each array. */
export function codeDigestValue(code: Uint8Array): bigint {
  let value = known.get(code);
  if (value === undefined) {
    const { compress } = (compressor ??= createCompressor());
    known.set(code, (value = codeDigestWord(code, compress)));
  }
  return value;
}
