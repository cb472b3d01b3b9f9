import { createCompressor } from "../../../src/proofs/kernels/wasm/compressor.ts";
import { digestToHex, ZERO_DIGEST, type Digest } from "../../../src/ground/protocol/digest.ts";
import { DomainTag } from "../../../src/ground/protocol/domain-tags.ts";

const { compress } = createCompressor();

/** Digest of a code with the length as first element: a form that the kernel reads and no state contains. */
export function lengthFirstDigest(code: Uint8Array): bigint {
  const elements = [code.length];
  for (let at = 0; at < code.length; at += 3)
    elements.push(((code[at] ?? 0) << 16) | ((code[at + 1] ?? 0) << 8) | (code[at + 2] ?? 0));
  let digest: Digest = ZERO_DIGEST;
  for (let at = 0; at < elements.length; at += 8) {
    const block = elements.slice(at, at + 8);
    digest = compress(DomainTag.code, digest, [...block, ...ZERO_DIGEST.slice(block.length)]);
  }
  return BigInt(digestToHex(digest));
}
