import { createExtension, type Ext } from "../../../field/extension.ts";
import { add } from "../../../field/koala-bear.ts";
import type { Columns } from "../../backend.ts";
import { evaluateAt as evaluateByHorner } from "../../reference/polynomial.ts";
import { Allocations, type Device, ownThread } from "../device/device.ts";
import { constantPairs } from "../memory/extension-constants.ts";
import { assertDegree } from "../memory/kernel-module.ts";
import { SMALLEST_LOG_SIZE } from "../memory/transforms.ts";

/** See `Backend.evaluateAt`: the powers of the point are tabulated once, then every column is a dot product with them. */
export async function evaluateAt(device: Device, handle: Columns, point: Ext): Promise<Ext[]> {
  const field = createExtension(point.length);
  const degree = assertDegree(point.length);
  const stored = device.columns.get(handle);
  const { logRows, addresses } = stored;
  const rows = 2 ** logRows;
  if (logRows < SMALLEST_LOG_SIZE) {
    const words = device.heap.words();
    return addresses.map((address) => evaluateByHorner(field, words.slice(address / 4, address / 4 + rows), point));
  }
  const scratch = new Allocations(device.heap);
  device.columns.retain(stored);
  try {
    const powers = tabulatePowers(device, scratch, point, logRows);
    const target = scratch.take(16 * degree * addresses.length);
    await device.pool.run(0, (jobScratch) => ({
      kind: "dot",
      taskCount: addresses.length,
      scratch: jobScratch,
      twiddles: device.tables.twiddles(0),
      columns: addresses,
      bytes: 4 * rows,
      powers,
      target,
    }));
    const words = device.heap.words();
    return addresses.map((_, i) =>
      Array.from({ length: degree }, (_unused, k) => {
        const at = target / 4 + 4 * (i * degree + k);
        return words.subarray(at, at + 4).reduce(add, 0);
      }),
    );
  } finally {
    scratch.free();
    device.columns.drop(stored);
  }
}

/** Coordinates of point^i for i < 2^logRows, with companions: a few by hand, then doubling by a constant multiplication. */
export function tabulatePowers(
  device: Device,
  scratch: Allocations,
  point: Ext,
  logRows: number,
): { readonly values: number; readonly companions: number }[] {
  const degree = assertDegree(point.length);
  const field = createExtension(degree);
  const rows = 2 ** logRows;
  const stride = 4 * rows + 64;
  const values = scratch.take(degree * stride);
  const companions = scratch.take(degree * stride);
  const constants = scratch.take(8 * degree);
  const { kernels, words } = ownThread(device);
  const seed = 4;
  let power = field.one;
  for (let i = 0; i < seed; i++) {
    power.forEach((x, k) => (words[(values + k * stride) / 4 + i] = x));
    power = field.mul(power, point);
  }
  for (let filled = seed; filled < rows; filled *= 2) {
    for (let k = 0; k < degree; k++) {
      const from = (values + k * stride) / 4 + filled;
      words.fill(0, from, from + filled);
    }
    field.multiplesByX(power).forEach((column, j) => {
      words.set(constantPairs(column), constants / 4);
      kernels[`accumulate${degree}`](values + 4 * filled, stride, values + j * stride, 16, constants, 4 * filled);
    });
    power = field.mul(power, power);
  }
  return Array.from({ length: degree }, (_, k) => {
    kernels.companions(companions + k * stride, values + k * stride, 4 * rows);
    return { values: values + k * stride, companions: companions + k * stride };
  });
}
