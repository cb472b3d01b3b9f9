import type { GpuDevice } from "../../../src/kernels/webgpu/card/gpu.ts";

/** What all cards allow a buffer to have. */
export const LEAST_LIMITS: GpuDevice["limits"] = { maxStorageBufferBindingSize: 2 ** 27, maxBufferSize: 2 ** 27 };
