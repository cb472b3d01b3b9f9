import { compress } from "../../proofs/kernels/poseidon.ts";
import type { Compressor } from "../../proofs/kernels/wasm/compressor.ts";

/** The tree's only hash primitive: many independent tagged Poseidon compressions at once, synchronously. */
export type BatchCompressor = Pick<Compressor, "compressBatch">;

/**
 * outputs[i] = C_tag(left_i, right_i) for 0 ≤ i < count, the same tag throughout.
 * Shapes and aliasing as in `Compressor.compressBatch`.
 */
export function compressEach(
  compressor: BatchCompressor,
  tag: number,
  count: number,
  inputs: Uint32Array,
  outputs: Uint32Array,
): void {
  compressor.compressBatch(count, new Uint32Array(count).fill(tag), inputs, outputs);
}

/** The scalar oracle behind the batch interface: slow, for clients without the kernel, tests and comparison. */
export const referenceCompressor: BatchCompressor = {
  compressBatch(count, tags, inputs, outputs) {
    for (let i = 0; i < count; i++) {
      const left = Array.from(inputs.subarray(i * 16, i * 16 + 8));
      const right = Array.from(inputs.subarray(i * 16 + 8, i * 16 + 16));
      outputs.set(compress(tags[i] as number, left, right), i * 8);
    }
  },
};
