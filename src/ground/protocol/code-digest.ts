import { type Compress, type Digest, DIGEST_ELEMENTS, digestToHex, ZERO_DIGEST } from "./digest.ts";
import { DomainTag } from "./domain-tags.ts";

/** Bytes of code in a field element: the most that is below the modulus whatever they are. */
const BYTES_PER_ELEMENT = 3;

/**
 * C_code, the digest of a contract's code: a chain of compressions from 0⁸ over blocks of eight elements,
 * padded with zeros. The elements are the code's bytes, three at a time, big-endian, padded with zeros. The length comes
 * last, in a separate compression.
 */
export function codeDigest(code: Uint8Array, compress: Compress): Digest {
  return compress(DomainTag.codeWithLength, codeChain(code, compress), filled([code.length]));
}

/** Chain over a code's bytes, without its length: the digest's last compression but one. */
export function codeChain(code: Uint8Array, compress: Compress): Digest {
  const elements = elementsOf(code);
  let digest: Digest = ZERO_DIGEST;
  for (let at = 0; at < elements.length; at += DIGEST_ELEMENTS)
    digest = compress(DomainTag.code, digest, filled(elements.slice(at, at + DIGEST_ELEMENTS)));
  return digest;
}

function elementsOf(code: Uint8Array): number[] {
  const elements: number[] = [];
  for (let at = 0; at < code.length; at += BYTES_PER_ELEMENT)
    elements.push(((code[at] ?? 0) << 16) | ((code[at + 1] ?? 0) << 8) | (code[at + 2] ?? 0));
  return elements;
}

/** Value of the leaf of kind 3: the digest as a word, or 0 without code. */
export function codeDigestWord(code: Uint8Array, compress: Compress): bigint {
  return code.length === 0 ? 0n : BigInt(digestToHex(codeDigest(code, compress)));
}

function filled(block: readonly number[]): Digest {
  return [...block, ...ZERO_DIGEST.slice(block.length)];
}
