import { type Compress, type Digest, DIGEST_ELEMENTS, digestToHex, ZERO_DIGEST } from "./digest.ts";
import { DomainTag } from "./domain-tags.ts";
import type { Format } from "./protocol-version.ts";

/** Bytes of code in a field element: the most that is below the modulus whatever they are. */
const BYTES_PER_ELEMENT = 3;

/**
 * C_code, the digest of a contract's code in a format: a chain of compressions from 0⁸ over blocks of eight elements,
 * padded with zeros. The elements are the code's bytes, three at a time, big-endian, padded with zeros. In format 2 the
 * length is the first element; in format 3 it comes last, in a separate compression. Both are valid for good.
 */
export function codeDigest(code: Uint8Array, format: Format, compress: Compress): Digest {
  if (format === 2) return chain([code.length, ...elementsOf(code)], compress);
  return compress(DomainTag.codeWithLength, codeChain(code, compress), filled([code.length]));
}

/** Chain over a code's bytes, without its length: the last compression but one of format 3's digest. */
export function codeChain(code: Uint8Array, compress: Compress): Digest {
  return chain(elementsOf(code), compress);
}

function elementsOf(code: Uint8Array): number[] {
  const elements: number[] = [];
  for (let at = 0; at < code.length; at += BYTES_PER_ELEMENT)
    elements.push(((code[at] ?? 0) << 16) | ((code[at + 1] ?? 0) << 8) | (code[at + 2] ?? 0));
  return elements;
}

/** Value of the leaf of kind 3: the digest as a word, or 0 without code. */
export function codeDigestWord(code: Uint8Array, format: Format, compress: Compress): bigint {
  return code.length === 0 ? 0n : BigInt(digestToHex(codeDigest(code, format, compress)));
}

function chain(elements: readonly number[], compress: Compress): Digest {
  let digest: Digest = ZERO_DIGEST;
  for (let at = 0; at < elements.length; at += DIGEST_ELEMENTS)
    digest = compress(DomainTag.code, digest, filled(elements.slice(at, at + DIGEST_ELEMENTS)));
  return digest;
}

function filled(block: readonly number[]): Digest {
  return [...block, ...ZERO_DIGEST.slice(block.length)];
}
