import { inv, mul, pow, rootOfUnity } from "../../../field/koala-bear.ts";
import { R, toMontgomery } from "../../montgomery.ts";
import type { Columns } from "../../backend.ts";
import type { PagedColumns, CardPlace } from "../card/columns-store.ts";
import type { GpuBuffer } from "../card/gpu.ts";
import { nttLayer } from "../kernels/ntt-layer.ts";
import { powers } from "../kernels/powers.ts";
import { reorder } from "../kernels/reorder.ts";
import { spread } from "../kernels/spread.ts";
import type { PlacedItem } from "../card/machine.ts";
import { type CardDevice, type Scratch, withScratch } from "../card/scratch.ts";

/** Bits of the largest index. */
const INDEX_BITS = 32;

/** start · base^i for i < 2^logRows, in Montgomery form. */
export function powerTable(device: CardDevice, scratch: Scratch, base: number, logRows: number, start = 1): GpuBuffer {
  const result = scratch.buffer(2 ** logRows);
  const factors: number[] = [];
  for (let bit = 0, power = base; bit < INDEX_BITS; bit++, power = mul(power, power)) factors.push(toMontgomery(power));
  tabulate(device, scratch, factors, toMontgomery(start), result, logRows);
  return result;
}

/** Twiddles for transforms of up to 2^logSize: number k is ω^bitrev(k) for the smallest ω that has it, in Montgomery form. */
export function twiddleTable(device: CardDevice, scratch: Scratch, logSize: number): GpuBuffer {
  const logCount = Math.max(0, logSize - 1);
  const result = scratch.buffer(2 ** logCount);
  const factors = Array.from({ length: INDEX_BITS }, (_, bit) => (bit < logCount ? toMontgomery(rootOfUnity(bit + 2)) : 0));
  tabulate(device, scratch, factors, R, result, logCount);
  return result;
}

function tabulate(
  { machine }: CardDevice,
  scratch: Scratch,
  factors: readonly number[],
  start: number,
  result: GpuBuffer,
  logRows: number,
): void {
  const buffers = { factors: scratch.store(factors), result };
  machine.dispatch(powers, { params: { start }, buffers, count: 2 ** logRows, work: 30 * (logRows + 1) });
}

/** Which part of a transform is computed, and of how many coefficients. */
interface TransformPart {
  readonly twiddles: GpuBuffer;
  /** log2 of the values of one part. */
  readonly logSize: number;
  /** log2 of the coefficients, at most `logSize`: the layers that would only copy them are left out. */
  readonly logRows: number;
  /** Number of the part among those of the whole transform. */
  readonly part: number;
}

/** The layers of a transform, in place; values are in bit-reversed order. */
function transform({ machine }: CardDevice, columns: readonly CardPlace[], shape: TransformPart): void {
  const { twiddles, logSize, logRows, part } = shape;
  const placed = columns.map(({ buffer, offset }): PlacedItem => ({ buffers: { data: buffer }, words: [offset] }));
  for (let layer = logSize - logRows; layer < logSize; layer++) {
    const params = { logHalf: logSize - 1 - layer, firstBlock: part * 2 ** layer };
    machine.dispatchPlaced(nttLayer, placed, { params, buffers: { twiddles }, count: 2 ** (logSize - 1), work: 45 });
  }
}

/** Values of columns, given by coefficients, on a part of a coset's positions; `factors` are the powers of its shift. */
export function evaluateOnCoset(
  device: CardDevice,
  sources: readonly CardPlace[],
  targets: readonly CardPlace[],
  factors: GpuBuffer,
  shape: TransformPart,
): void {
  const placed = sources.map(({ buffer, offset }, i): PlacedItem => {
    const target = targets[i];
    if (target === undefined) throw new Error(`column ${i} has no place on the coset`);
    return { buffers: { source: buffer, result: target.buffer }, words: [offset, target.offset] };
  });
  const common = { params: { mask: 2 ** shape.logRows - 1 }, buffers: { factors }, count: 2 ** shape.logSize, work: 35 };
  device.machine.dispatchPlaced(spread, placed, common);
  transform(device, targets, shape);
}

/** Values over the trace domain in natural order → coefficients · scale^i / n in `targets`. The values are lost. */
function interpolateInto(
  device: CardDevice,
  scratch: Scratch,
  values: PagedColumns,
  targets: readonly CardPlace[],
  unshift = 1,
): void {
  const { logRows, places } = values;
  const twiddles = twiddleTable(device, scratch, logRows);
  transform(device, places, { twiddles, logSize: logRows, logRows, part: 0 });
  const factors = powerTable(device, scratch, unshift, logRows, inv(2 ** logRows));
  reorderInto(device, places, targets, { logRows, factors, negated: 1 });
}

/** Values at the positions of a coset, in bit-reversed order, → coefficients, in their place. */
export function interpolateFromCoset(device: CardDevice, scratch: Scratch, values: PagedColumns, shift: number): void {
  const natural = scratch.columns(values.width, values.logRows);
  const ones = powerTable(device, scratch, 1, values.logRows);
  reorderInto(device, values.places, natural.places, { logRows: values.logRows, factors: ones, negated: 0 });
  interpolateInto(device, scratch, natural, values.places, inv(shift));
}

function reorderInto(
  { machine }: CardDevice,
  sources: readonly CardPlace[],
  targets: readonly CardPlace[],
  { logRows, factors, negated }: { readonly logRows: number; readonly factors: GpuBuffer; readonly negated: 0 | 1 },
): void {
  const placed = sources.map(({ buffer, offset }, i): PlacedItem => {
    const target = targets[i];
    if (target === undefined) throw new Error(`column ${i} has no other place`);
    return { buffers: { source: buffer, result: target.buffer }, words: [offset, target.offset] };
  });
  const params = { mask: 2 ** logRows - 1, bits: logRows, negated };
  machine.dispatchPlaced(reorder, placed, { params, buffers: { factors }, count: 2 ** logRows, work: 40 });
}

/** See `Backend.interpolate`. */
export async function interpolate(device: CardDevice, evaluations: Columns): Promise<Columns> {
  return withScratch(device, (scratch) => {
    const values = device.columns.get(evaluations);
    const coefficients = scratch.columns(values.width, values.logRows);
    interpolateInto(device, scratch, values, coefficients.places);
    device.columns.release(evaluations);
    return device.columns.handle(scratch.keep(coefficients));
  });
}

/** shift · ω^bitrev(part) for parts of 2^logSize positions of a domain of 2^logDomain: a part's own shift. */
export function shiftOfPart(shift: number, logDomain: number, reversedPart: number): number {
  return mul(shift, pow(rootOfUnity(logDomain), reversedPart));
}
