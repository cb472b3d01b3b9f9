import { createCompressor, type Compressor } from "../kernels/wasm/compressor.ts";
import { codeDigestWord } from "../../ground/protocol/code-digest.ts";
import type { Hex } from "../../ground/protocol/hex.ts";

/** Made with the first code. */
let compressor: Compressor | undefined;
/** Digests by the code's array, which must not change. */
const known = new WeakMap<Uint8Array, bigint>();
/** Digests by code hash: the chains of an ecosystem begin with the same contracts, which are few. */
const first = new Map<string, bigint>();

/** Value of the code digest leaf of an account: about 4 ms for the largest code, once for each array. */
export function codeDigestValue(code: Uint8Array): bigint {
  let value = known.get(code);
  if (value === undefined) {
    const { compress } = (compressor ??= createCompressor());
    known.set(code, (value = codeDigestWord(code, compress)));
  }
  return value;
}

/** Digest of code that a chain begins with, computed once for all chains of the process. */
export function firstCodeDigestValue(hash: Hex, code: Uint8Array): bigint {
  let value = first.get(hash);
  if (value === undefined) first.set(hash, (value = codeDigestValue(code)));
  return value;
}
