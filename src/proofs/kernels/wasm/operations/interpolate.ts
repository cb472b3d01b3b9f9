import type { Columns } from "../../backend.ts";
import type { Device } from "../device/device.ts";
import { interpolateScratchBytes } from "../jobs/interpolate.ts";

/** See `Backend.interpolate`. */
export async function interpolate(device: Device, evaluations: Columns): Promise<Columns> {
  const { logRows, addresses } = device.columns.get(evaluations);
  const coefficients = device.columns.move(evaluations);
  try {
    await device.pool.run(interpolateScratchBytes(logRows), (scratch) => ({
      kind: "interpolate",
      taskCount: addresses.length,
      scratch,
      twiddles: device.tables.twiddles(logRows),
      logSize: logRows,
      sources: addresses,
      targets: addresses,
      naturalOrder: undefined,
      inverseOrder: device.tables.offsets("inverse", logRows),
      unshift: undefined,
    }));
    return coefficients;
  } catch (error) {
    device.columns.release(coefficients);
    throw error;
  }
}
