import { compress } from "../../../../src/proofs/kernels/poseidon.ts";
import { DomainTag } from "../../../../src/ground/protocol/domain-tags.ts";
import type { Digest } from "../../../../src/ground/protocol/state-transition-witness.ts";
import type { BatchCompressor } from "../../../../src/chain/state/batch-compressor.ts";

/** One tagged compression; the model and the witness replay are written against this alone. */
export type Compress = (tag: number, left: Digest, right: Digest) => Digest;

/** The scalar reference, remembering its results: a model that starts from scratch at every question asks the same again. */
export const poseidon: Compress = (tag, left, right) => {
  const input = `${tag}:${left.join()}:${right.join()}`;
  let digest = known.get(input);
  if (digest === undefined) known.set(input, (digest = compress(tag, left, right)));
  return digest;
};
const known = new Map<string, Digest>();

/** The batch interface over any single compression. */
export function batched(single: Compress): BatchCompressor {
  return {
    compressBatch(count, tags, inputs, outputs) {
      for (let i = 0; i < count; i++) {
        const left = [...inputs.subarray(16 * i, 16 * i + 8)];
        const right = [...inputs.subarray(16 * i + 8, 16 * i + 16)];
        outputs.set(single(tags[i]!, left, right), 8 * i);
      }
    },
  };
}

/**
 * Poseidon, except that the tree key of a state key is looked up by the lowest 16 bits of its slot, so that tests can
 * choose keys at the edges of the order. Listed keys must not start with the element 3.
 */
export function withChosenKeys(keysBySlot: readonly Digest[]): Compress {
  return (tag, left, right) => {
    if (tag !== DomainTag.key) return poseidon(tag, left, right);
    // The first of the three compressions of a key starts with limb 3; the others pass the choice on.
    if (left[0] !== 3) return left;
    const chosen = keysBySlot[right[4]!];
    if (chosen === undefined) throw new Error(`no key was chosen for slot ${right[4]}`);
    return chosen;
  };
}

export function compareDigests(a: Digest, b: Digest): number {
  const at = a.findIndex((element, i) => element !== b[i]);
  return at === -1 ? 0 : a[at]! - b[at]!;
}

/** The 16 limbs of 16 bits of a word, least significant first. */
export function limbsOf(value: bigint, count = 16): number[] {
  return Array.from({ length: count }, (_, i) => Number((value >> BigInt(16 * i)) & 0xffffn));
}
