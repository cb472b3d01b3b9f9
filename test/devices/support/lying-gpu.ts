import type { Gpu, GpuAdapter, GpuDevice } from "../../../src/proofs/kernels/webgpu/card/gpu.ts";
import { softwareGpu as software } from "../../kernels/support/swiftshader.ts";
import { withOwn } from "../../kernels/support/with-own.ts";

/** A card on which one bit of each column that it is given is another. */
export function softwareGpu(): Gpu {
  return {
    async requestAdapter(options) {
      const adapter = await software().requestAdapter(options);
      if (adapter === null) return null;
      return withOwn<GpuAdapter>(adapter, { requestDevice: async (wanted) => lying(await adapter.requestDevice(wanted)) });
    },
  };
}

/** Rows of the tallest table of the measurement. */
const COLUMN_WORDS = 2 ** 7;

function lying(device: GpuDevice): GpuDevice {
  const { queue } = device;
  return withOwn<GpuDevice>(device, {
    queue: {
      submit: (commands) => queue.submit(commands),
      writeBuffer(buffer, offset, data, ...rest) {
        queue.writeBuffer(
          buffer,
          offset,
          data.length === COLUMN_WORDS ? data.map((x, i) => (i === 3 ? x ^ 1 : x)) : data,
          ...rest,
        );
      },
      onSubmittedWorkDone: () => queue.onSubmittedWorkDone(),
    },
  });
}
