import { createExtension, type Ext, type ExtensionField } from "../../../field/extension.ts";
import { add, mul } from "../../../field/koala-bear.ts";
import type { Columns, Neighbours } from "../../backend.ts";
import { columnStride } from "../memory/columns-layout.ts";
import type { StoredColumns } from "../device/columns-store.ts";
import { Allocations, type Device, ownThread } from "../device/device.ts";
import { constantPairs } from "../memory/extension-constants.ts";
import { roundSumsBytes } from "../jobs/round-sums.ts";
import { assertDegree } from "../memory/kernel-module.ts";
import { R } from "../../montgomery.ts";
import { combine } from "./stack-columns.ts";

const ROWS_PER_TASK = 2048;

/**
 * Both neighbours of every pair: addresses of their first coordinates, `stride` apart, and the number of
 * rows.
 */
interface Pairs {
  readonly pairs: readonly { readonly first: number; readonly next: number }[];
  readonly stride: number;
  readonly logRows: number;
}

/** See `StackOperations.roundSums`; for pairs of at least a vector of rows. */
export async function roundSums(
  device: Device,
  a: Columns,
  b: Columns,
  neighbours: Neighbours,
  extensionDegree: number,
): Promise<readonly [Ext, Ext]> {
  const degree = assertDegree(extensionDegree);
  const field = createExtension(degree);
  const operands = [device.columns.get(a), device.columns.get(b)] as const;
  const scratch = new Allocations(device.heap);
  operands.forEach((operand) => device.columns.retain(operand));
  try {
    const [left, right] = [
      pairsOf(device, scratch, operands[0], neighbours, degree),
      pairsOf(device, scratch, operands[1], neighbours, degree),
    ];
    const rows = 2 ** left.logRows;
    const taskCount = left.pairs.length * Math.ceil(rows / ROWS_PER_TASK);
    const target = scratch.take(taskCount * roundSumsBytes(degree));
    await device.pool.run(0, (jobScratch) => ({
      kind: "roundSums",
      taskCount,
      scratch: jobScratch,
      twiddles: device.tables.twiddles(0),
      degree,
      pairs: left.pairs.map(({ first, next }, i) => {
        return { a: first, aNext: next, b: right.pairs[i]?.first ?? 0, bNext: right.pairs[i]?.next ?? 0 };
      }),
      stride: left.stride,
      rows,
      rowsPerTask: ROWS_PER_TASK,
      target,
    }));
    return readSums(device, field, target, taskCount);
  } finally {
    scratch.free();
    operands.forEach((operand) => device.columns.drop(operand));
  }
}

/** See `StackOperations.foldNeighbours`; for pairs of at least a vector of rows. */
export async function foldNeighbours(device: Device, columns: Columns, neighbours: Neighbours, challenge: Ext): Promise<Columns> {
  const degree = assertDegree(challenge.length);
  const field = createExtension(degree);
  const source = device.columns.get(columns);
  const scratch = new Allocations(device.heap);
  device.columns.retain(source);
  try {
    const { pairs, stride, logRows } = pairsOf(device, scratch, source, neighbours, degree);
    const factors = [field.sub(field.one, challenge), challenge];
    const constants = scratch.store(factors.flatMap((factor) => field.multiplesByX(factor).flatMap(constantPairs)));
    const terms = pairs.map(({ first, next }) =>
      [first, next].flatMap((start, side) =>
        Array.from({ length: degree }, (_, j) => {
          return { source: start + j * stride, constant: constants + 8 * degree * (side * degree + j) };
        }),
      ),
    );
    return await combine(device, terms, logRows, degree);
  } finally {
    scratch.free();
    device.columns.drop(source);
  }
}

/** Neighbouring columns are where they are; neighbouring rows are taken apart first. */
function pairsOf(device: Device, scratch: Allocations, source: StoredColumns, neighbours: Neighbours, degree: number): Pairs {
  const { addresses } = source;
  const stride = columnStride(source.logRows);
  const starts = addresses.filter((_, i) => i % degree === 0);
  if (neighbours === "columns") {
    const pairs = Array.from({ length: starts.length / 2 }, (_, c) => {
      return { first: starts[2 * c] ?? 0, next: starts[2 * c + 1] ?? 0 };
    });
    return { pairs, stride, logRows: source.logRows };
  }
  const logRows = source.logRows - 1;
  const half = columnStride(logRows);
  const pairs = starts.map(() => ({ first: scratch.take(degree * half), next: scratch.take(degree * half) }));
  const { kernels } = ownThread(device);
  pairs.forEach(({ first, next }, c) => {
    for (let k = 0; k < degree; k++) {
      kernels.deinterleave((starts[c] ?? 0) + k * stride, first + k * half, next + k * half, 4 * 2 ** logRows);
    }
  });
  return { pairs, stride: half, logRows };
}

/** Adds what the tasks have left, takes it out of Montgomery's form and reduces it to the extension. */
function readSums(device: Device, field: ExtensionField, target: number, taskCount: number): readonly [Ext, Ext] {
  const words = device.heap.words();
  const terms = 2 * field.degree - 1;
  const coefficient = (index: number): number => {
    let sum = 0;
    for (let task = 0; task < taskCount; task++) {
      const at = (target + task * roundSumsBytes(field.degree)) / 4 + 4 * index;
      for (let lane = 0; lane < 4; lane++) sum = add(sum, words[at + lane] ?? 0);
    }
    return mul(sum, R);
  };
  const x = Array.from({ length: field.degree }, (_, i) => (i === 1 ? 1 : 0));
  const reduced = (first: number): Ext => {
    let sum = field.zero;
    for (let i = terms - 1; i >= 0; i--) sum = field.add(field.mul(sum, x), field.fromBase(coefficient(first + i)));
    return sum;
  };
  return [reduced(0), reduced(terms)];
}
