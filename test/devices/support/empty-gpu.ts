import { emptyDevice } from "../../../src/proofs/kernels/webgpu/card/empty-device.ts";
import type { Gpu } from "../../../src/proofs/kernels/webgpu/card/gpu.ts";
import { LEAST_LIMITS } from "../../kernels/support/least-limits.ts";

/** A card that computes nothing. */
export function softwareGpu(): Gpu {
  const info = { vendor: "unknown", architecture: "", device: "", description: "" };
  const limits = LEAST_LIMITS;
  return { requestAdapter: async () => ({ info, limits, requestDevice: async () => emptyDevice({ limits }) }) };
}
