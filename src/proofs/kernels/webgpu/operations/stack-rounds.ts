import { createExtension, type Ext } from "../../../field/extension.ts";
import { mul } from "../../../field/koala-bear.ts";
import type { Columns, Neighbours } from "../../backend.ts";
import { R, toMontgomery } from "../../montgomery.ts";
import type { CardPlace } from "../card/columns-store.ts";
import type { GpuBuffer } from "../card/gpu.ts";
import { sumPartials } from "../kernels/dot.ts";
import { neighbours as kernelsOf, PAIR_CHUNK } from "../kernels/neighbours.ts";
import { type CardDevice, type Scratch, withScratch } from "../card/scratch.ts";
import { EXTENSION_WORK } from "./evaluate.ts";
import { extensionColumns, pairOf } from "./extension-columns.ts";

/** A column whose pairs are folded: both neighbours of the first one in the same page. */
interface PairColumn {
  readonly buffer: GpuBuffer;
  readonly first: number;
  readonly second: number;
}

interface Pairs {
  readonly columns: readonly PairColumn[];
  readonly stride: number;
  readonly step: number;
  readonly logRows: number;
}

/** See `StackOperations.roundSums`. */
export async function roundSums(
  device: CardDevice,
  a: Columns,
  b: Columns,
  neighbours: Neighbours,
  degree: number,
): Promise<readonly [Ext, Ext]> {
  createExtension(degree);
  return withScratch(device, async (scratch) => {
    const left = pairsOf(device, scratch, a, neighbours, degree);
    const right = pairsOf(device, scratch, b, neighbours, degree);
    const pairs = 2 ** left.logRows;
    const chunks = Math.ceil(pairs / PAIR_CHUNK);
    const width = 2 * degree;
    const partials = scratch.buffer(left.columns.length * chunks * width);
    const placed = left.columns.map(({ buffer, first, second }, c) => {
      const other = right.columns[c];
      if (other === undefined) throw new RangeError(`operands of a round have ${left.columns.length} and ${c} pairs of columns`);
      const words = [first, second, other.first, other.second, c * chunks * width];
      return { buffers: { left: buffer, right: other.buffer }, words };
    });
    device.machine.dispatchPlaced(kernelsOf(degree).sums, placed, {
      params: { pairs, stride: left.stride, step: left.step },
      buffers: { partials },
      count: chunks,
      work: 2 * EXTENSION_WORK * Math.min(pairs, PAIR_CHUNK),
    });
    const sums = scratch.buffer(width);
    const all = left.columns.length * chunks;
    device.machine.dispatch(sumPartials, {
      params: { chunks: all, width },
      buffers: { partials, sums },
      count: width,
      work: 10 * all,
    });
    // Products of two canonical elements lack 2³².
    const values = [...(await device.machine.read(sums, 0, width))].map((value) => mul(value, R));
    return [values.slice(0, degree), values.slice(degree)];
  });
}

/** See `StackOperations.foldNeighbours`. */
export async function foldNeighbours(
  device: CardDevice,
  handle: Columns,
  neighbours: Neighbours,
  challenge: Ext,
): Promise<Columns> {
  const { degree } = createExtension(challenge.length);
  return withScratch(device, (scratch) => {
    const { columns, stride, step, logRows } = pairsOf(device, scratch, handle, neighbours, degree);
    const folded = scratch.columns(degree * columns.length, logRows, pairOf(degree, columns.length));
    const placed = columns.map(({ buffer, first, second }, c) => {
      const target = folded.places[degree * c];
      if (target === undefined) throw new Error(`folded column ${c} has no place`);
      return { buffers: { source: buffer, result: target.buffer }, words: [first, second, target.offset] };
    });
    device.machine.dispatchPlaced(kernelsOf(degree).fold, placed, {
      params: { stride, step, resultStride: 2 ** logRows },
      buffers: { challenge: scratch.store(challenge.map(toMontgomery)) },
      count: 2 ** logRows,
      work: EXTENSION_WORK,
    });
    return device.columns.handle(scratch.keep(folded));
  });
}

function pairsOf(device: CardDevice, scratch: Scratch, handle: Columns, neighbours: Neighbours, degree: number): Pairs {
  const stride = 2 ** handle.logRows;
  if (neighbours === "rows") {
    const columns = extensionColumns(device, scratch, handle, degree).map(({ buffer, offset }) => {
      return { buffer, first: offset, second: offset + 1 };
    });
    return { columns, stride, step: 2, logRows: handle.logRows - 1 };
  }
  const columns = extensionColumns(device, scratch, handle, 2 * degree).map(({ buffer, offset }: CardPlace) => {
    return { buffer, first: offset, second: offset + degree * stride };
  });
  return { columns, stride, step: 1, logRows: handle.logRows };
}
