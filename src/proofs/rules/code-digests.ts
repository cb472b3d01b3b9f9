import { createCompressor, type Compressor } from "../kernels/wasm/compressor.ts";
import { codeDigestWord } from "../../ground/protocol/code-digest.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { Format } from "../../ground/protocol/protocol-version.ts";

/** Made with the first code. */
let compressor: Compressor | undefined;
/** By format and the code's own array, which must not change. */
const known = { 2: new WeakMap<Uint8Array, bigint>(), 3: new WeakMap<Uint8Array, bigint>() };
/** By format and code hash: the chains of an ecosystem begin with the same contracts, which are few. */
const first = new Map<string, bigint>();

/**
 * Value of the code digest leaf of an account whose code was written in a format: about 4 ms for the largest, once for each
 * array.
 */
export function codeDigestValue(code: Uint8Array, format: Format): bigint {
  let value = known[format].get(code);
  if (value === undefined) {
    const { compress } = (compressor ??= createCompressor());
    known[format].set(code, (value = codeDigestWord(code, format, compress)));
  }
  return value;
}

/** Whether a leaf's value is the digest of the code in any format. */
export function isDigestOf(code: Uint8Array, value: bigint): boolean {
  return codeDigestValue(code, 3) === value || codeDigestValue(code, 2) === value;
}

/** As `codeDigestValue`, for code that a chain begins with: once for all chains of the process. */
export function firstCodeDigestValue(hash: Hex, code: Uint8Array, format: Format): bigint {
  const name = `${format} ${hash}`;
  let value = first.get(name);
  if (value === undefined) first.set(name, (value = codeDigestValue(code, format)));
  return value;
}
