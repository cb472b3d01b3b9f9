import type { GpuDevice } from "../../../src/proofs/kernels/webgpu/card/gpu.ts";

/** Buffer limits that every card provides. */
export const LEAST_LIMITS: GpuDevice["limits"] = { maxStorageBufferBindingSize: 2 ** 27, maxBufferSize: 2 ** 27 };
