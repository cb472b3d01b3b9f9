import type { Gpu, GpuAdapter, GpuDevice } from "../../../src/proofs/kernels/webgpu/card/gpu.ts";
import { softwareGpu as software } from "../../kernels/support/swiftshader.ts";
import { withOwn } from "../../kernels/support/with-own.ts";

/** The device after that of the look: it is lost once the card has been measured, in its next work. */
export function softwareGpu(): Gpu {
  return {
    async requestAdapter(options) {
      const adapter = await software().requestAdapter(options);
      if (adapter === null) return null;
      return withOwn<GpuAdapter>(adapter, {
        requestDevice: async (wanted) => lostAfterMeasure(await adapter.requestDevice(wanted)),
      });
    },
  };
}

/** Rows of the table that are uploaded for a proof of a batch; those of the measurement are fewer. */
const FIRST_LARGE_WORDS = 2 ** 9;

function lostAfterMeasure(device: GpuDevice): GpuDevice {
  const { queue } = device;
  return withOwn<GpuDevice>(device, {
    queue: {
      submit: (commands) => queue.submit(commands),
      writeBuffer(buffer, offset, data, ...rest) {
        if (data.length === FIRST_LARGE_WORDS) device.destroy();
        queue.writeBuffer(buffer, offset, data, ...rest);
      },
      onSubmittedWorkDone: () => queue.onSubmittedWorkDone(),
    },
  });
}
