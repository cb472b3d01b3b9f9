import { compress } from "../../kernels/reference/poseidon2.ts";

/** The tree's only hash primitive: many independent tagged Poseidon2 compressions at once, synchronously. */
export interface BatchCompressor {
  /**
   * outputs[i] = C_tag(left_i, right_i) for 0 ≤ i < count.
   * Shape: inputs count × 16 (left ‖ right), outputs count × 8; longer arrays are allowed, the rest stays untouched.
   * Domain: canonical elements in and out. The arrays must not overlap.
   */
  compress(tag: number, inputs: Uint32Array, outputs: Uint32Array, count: number): void;
}

/** The scalar oracle behind the batch interface: slow, for tests and for comparison. */
export const referenceCompressor: BatchCompressor = {
  compress(tag, inputs, outputs, count) {
    for (let i = 0; i < count; i++) {
      const left = Array.from(inputs.subarray(i * 16, i * 16 + 8));
      const right = Array.from(inputs.subarray(i * 16 + 8, i * 16 + 16));
      outputs.set(compress(tag, left, right), i * 8);
    }
  },
};
