import { shake256 } from "@noble/hashes/sha3.js";

import { P } from "../../field/koala-bear.ts";
import { ProverInputError } from "./prover-input.ts";

/** Fills an array with random bytes; default: the platform's `crypto.getRandomValues`. */
export type RandomBytes = (bytes: Uint8Array<ArrayBuffer>) => unknown;

/** Source of uniform elements that hide a witness. */
export interface MaskSource {
  elements(count: number): Uint32Array;
}

const SEED_BYTES = 32;
/** Elements for which bytes are taken together. */
const BLOCK_ELEMENTS = 1024;

/**
 * Elements from SHAKE256 over random bytes *and* the witness: another witness has other elements, even from a source that
 * repeats its bytes. Throws ProverInputError for a source that returns the same bytes twice in a row.
 */
export function createMaskSource(
  witness: readonly Uint8Array[],
  randomBytes: RandomBytes = (bytes) => globalThis.crypto.getRandomValues(bytes),
): MaskSource {
  const [seed, next] = [new Uint8Array(SEED_BYTES), new Uint8Array(SEED_BYTES)];
  randomBytes(seed);
  randomBytes(next);
  if (seed.every((byte, i) => byte === next[i]))
    throw new ProverInputError(
      "ReusedRandomness",
      `the source of randomness returned the same ${SEED_BYTES} bytes twice: use one that returns new bytes at each call`,
    );
  const stream = shake256
    .create({ dkLen: BLOCK_ELEMENTS * 4 })
    .update(seed)
    .update(next);
  for (const bytes of witness) stream.update(bytes);
  const draw = (): DataView => {
    const block = stream.xof(BLOCK_ELEMENTS * 4);
    return new DataView(block.buffer, block.byteOffset, block.byteLength);
  };
  return {
    elements: (count) => {
      const elements = new Uint32Array(count);
      for (let filled = 0; filled < count;) {
        const block = draw();
        for (let at = 0; at < block.byteLength && filled < count; at += 4) {
          // 31 bits; one number in 128 is p or more.
          const value = block.getUint32(at) % 2 ** 31;
          if (value < P) elements[filled++] = value;
        }
      }
      return elements;
    },
  };
}
