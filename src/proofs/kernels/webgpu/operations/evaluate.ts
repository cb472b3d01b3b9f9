import { createExtension, type Ext } from "../../../field/extension.ts";
import type { Columns } from "../../backend.ts";
import { toMontgomery } from "../../montgomery.ts";
import type { CardPlace } from "../card/columns-store.ts";
import type { GpuBuffer } from "../card/gpu.ts";
import { dot, DOT_CHUNK, sumPartials } from "../kernels/dot.ts";
import { extensionPowers } from "../kernels/powers.ts";
import { type CardDevice, type Scratch, withScratch } from "../card/scratch.ts";

/** Operations of a product of extension elements, about. */
export const EXTENSION_WORK = 800;

/** point^i for i < 2^logRows: coordinate k at k · 2^logRows + i, in Montgomery form. */
export function extensionPowerTable({ machine }: CardDevice, scratch: Scratch, point: Ext, logRows: number): GpuBuffer {
  const field = createExtension(point.length);
  const rows = 2 ** logRows;
  const factors: number[] = [];
  for (let bit = 0, power = point; bit <= logRows; bit++, power = field.mul(power, power))
    factors.push(...power.map(toMontgomery));
  const result = scratch.buffer(field.degree * rows);
  machine.dispatch(extensionPowers(field.degree), {
    params: { stride: rows },
    buffers: { factors: scratch.store(factors), result },
    count: rows,
    work: EXTENSION_WORK * (logRows + 1),
  });
  return result;
}

/** Values at a point of the polynomials of 2^logRows coefficients that begin at the places: coordinate by coordinate. */
export async function valuesAt(
  device: CardDevice,
  places: readonly CardPlace[],
  logRows: number,
  point: Ext,
): Promise<Uint32Array> {
  const degree = point.length;
  return withScratch(device, async (scratch) => {
    const powers = extensionPowerTable(device, scratch, point, logRows);
    const rows = 2 ** logRows;
    const chunks = Math.ceil(rows / DOT_CHUNK);
    const partials = scratch.buffer(places.length * chunks * degree);
    const sums = scratch.buffer(places.length * degree);
    const placed = places.map(({ buffer, offset }, i) => ({ buffers: { source: buffer }, words: [offset, i * chunks * degree] }));
    device.machine.dispatchPlaced(dot(degree), placed, {
      params: { rows, stride: rows },
      buffers: { powers, partials },
      count: chunks,
      work: 40 * degree * Math.min(rows, DOT_CHUNK),
    });
    device.machine.dispatch(sumPartials, {
      params: { chunks, width: degree },
      buffers: { partials, sums },
      count: places.length * degree,
      work: 10 * chunks,
    });
    return device.machine.read(sums, 0, places.length * degree);
  });
}

/** Values of every column, given by coefficients, at an extension point (`Backend.evaluateAt`). */
export async function evaluateAt(device: CardDevice, coefficients: Columns, point: Ext): Promise<Ext[]> {
  const { degree } = createExtension(point.length);
  const columns = device.columns.get(coefficients);
  device.columns.retain(columns);
  try {
    const values = await valuesAt(device, columns.places, columns.logRows, point);
    return columns.places.map((_, i) => [...values.subarray(i * degree, (i + 1) * degree)]);
  } finally {
    device.columns.drop(columns);
  }
}
