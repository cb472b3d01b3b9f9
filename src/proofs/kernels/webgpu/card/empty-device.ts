import type { GpuBuffer, GpuDevice, GpuEncoder, GpuPass } from "./gpu.ts";

const PASS: GpuPass = {
  setPipeline: () => undefined,
  setBindGroup: () => undefined,
  dispatchWorkgroups: () => undefined,
  end: () => undefined,
};
const ENCODER: GpuEncoder = {
  beginComputePass: () => PASS,
  copyBufferToBuffer: () => undefined,
  clearBuffer: () => undefined,
  finish: () => ({}),
};

/** A device with another one's limits that computes nothing and has no memory: what is read from it is zero. */
export function emptyDevice({ limits }: Pick<GpuDevice, "limits">): GpuDevice {
  const { promise: lost, resolve } = Promise.withResolvers<{ readonly reason: string; readonly message: string }>();
  return {
    limits,
    lost,
    queue: { writeBuffer: () => undefined, submit: () => undefined, onSubmittedWorkDone: () => Promise.resolve() },
    createBuffer: ({ size }): GpuBuffer => ({
      size,
      mapAsync: () => Promise.resolve(),
      getMappedRange: () => new ArrayBuffer(size),
      destroy: () => undefined,
    }),
    createShaderModule: () => ({}),
    createBindGroupLayout: () => ({}),
    createPipelineLayout: () => ({}),
    createComputePipeline: () => ({}),
    createComputePipelineAsync: () => Promise.resolve({}),
    createBindGroup: () => ({}),
    createCommandEncoder: () => ENCODER,
    pushErrorScope: () => undefined,
    popErrorScope: () => Promise.resolve(null),
    destroy: () => resolve({ reason: "destroyed", message: "it was a plan" }),
  };
}
