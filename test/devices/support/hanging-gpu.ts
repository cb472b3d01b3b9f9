import type { Gpu } from "../../../src/proofs/kernels/webgpu/card/gpu.ts";

/** A card whose driver hangs: it answers nothing, and keeps its thread. */
export function softwareGpu(): Gpu {
  setInterval(() => undefined, 1000);
  return { requestAdapter: () => new Promise(() => undefined) };
}
