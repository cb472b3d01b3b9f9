import type { Columns } from "../../backend.ts";
import { Allocations, type Device } from "../device/device.ts";

/** See `Backend.runningSums`. */
export async function runningSums(device: Device, evaluations: Columns, width: number): Promise<number[]> {
  const { addresses, logRows } = device.columns.get(evaluations);
  if (width > addresses.length) throw new RangeError(`${width} of ${addresses.length} columns cannot be summed`);
  const scratch = new Allocations(device.heap);
  try {
    const sums = scratch.take(4 * width);
    await device.pool.run(0, (jobScratch) => ({
      kind: "runningSums",
      taskCount: width,
      scratch: jobScratch,
      twiddles: device.tables.twiddles(logRows),
      rows: 2 ** logRows,
      columns: addresses.slice(0, width),
      sums,
    }));
    return [...device.heap.words().subarray(sums / 4, sums / 4 + width)];
  } finally {
    scratch.free();
  }
}
