import { emptyDevice } from "../../../src/kernels/webgpu/card/empty-device.ts";
import type { Gpu } from "../../../src/kernels/webgpu/card/gpu.ts";

const limits = { maxStorageBufferBindingSize: 2 ** 27, maxBufferSize: 2 ** 27 };

/** A card that computes nothing. */
export function softwareGpu(): Gpu {
  const info = { vendor: "nobody", architecture: "", device: "", description: "" };
  return { requestAdapter: async () => ({ info, limits, requestDevice: async () => emptyDevice({ limits }) }) };
}
