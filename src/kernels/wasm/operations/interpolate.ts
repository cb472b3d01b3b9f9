import type { Columns } from "../../backend.ts";
import type { Device } from "../device.ts";
import { interpolateScratchBytes } from "../jobs/interpolate.ts";

/** See `Backend.interpolate`. */
export async function interpolate(device: Device, evaluations: Columns): Promise<Columns> {
  const source = device.columns.get(evaluations);
  const { logRows, addresses } = source;
  device.columns.retain(source);
  const { handle, stored } = device.columns.create(addresses.length, logRows);
  try {
    await device.pool.run(interpolateScratchBytes(logRows), (scratch) => ({
      kind: "interpolate",
      taskCount: addresses.length,
      scratch,
      twiddles: device.tables.twiddles(logRows),
      logSize: logRows,
      sources: addresses,
      targets: stored.addresses,
      naturalOrder: undefined,
      inverseOrder: device.tables.offsets("inverse", logRows),
      unshift: undefined,
    }));
    return handle;
  } catch (error) {
    device.columns.release(handle);
    throw error;
  } finally {
    device.columns.drop(source);
  }
}
