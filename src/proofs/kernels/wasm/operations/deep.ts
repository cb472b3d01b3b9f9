import { createExtension, type Ext, type ExtensionField } from "../../../field/extension.ts";
import { add } from "../../../field/koala-bear.ts";
import type { Columns, DeepRequest } from "../../backend.ts";
import { columnAddresses, columnStride } from "../memory/columns-layout.ts";
import { Allocations, type Device, ownThread } from "../device/device.ts";
import { constantPairs, multiplicationMatrix } from "../memory/extension-constants.ts";
import { type Degree, assertDegree } from "../memory/kernel-module.ts";

const ROWS_PER_TASK = 1024;

interface HeightSums {
  readonly logRows: number;
  readonly columns: readonly { readonly source: number; readonly weight: number; readonly openedAtNext: boolean }[];
  readonly all: number;
  readonly next: number;
}

/** See `Backend.deep`. */
export async function deep(device: Device, request: DeepRequest): Promise<Columns> {
  const degree = assertDegree(request.degree);
  const field = createExtension(degree);
  const blocks = request.blocks.map((block) => device.columns.get(block));
  const tallest = Math.max(...blocks.map((block) => block.logRows));
  const scratch = new Allocations(device.heap);
  blocks.forEach((block) => device.columns.retain(block));
  try {
    const sums = sumsByHeight(device, field, request, scratch);
    await accumulate(device, degree, sums);
    const [tall, ...shorter] = sums;
    if (tall === undefined) throw new RangeError("a DEEP polynomial needs at least one block");
    for (const low of shorter) addLifted(device, degree, tall, low);
    await divide(device, field, request, tall, scratch);

    const stride = columnStride(tallest);
    const constants = scratch.take(8 * degree);
    const { kernels, words } = ownThread(device);
    field.multiplesByX(request.nextWeight).forEach((column, j) => {
      words.set(constantPairs(column), constants / 4);
      const bytes = Math.max(16, 4 * 2 ** tallest);
      kernels[`accumulate${degree}`](tall.all, stride, tall.next + j * stride, 16, constants, bytes);
    });
    scratch.keep(tall.all);
    return device.columns.adopt(tall.all, columnAddresses(tall.all, degree, tallest), tallest).handle;
  } finally {
    scratch.free();
    blocks.forEach((block) => device.columns.drop(block));
  }
}

/** Allocates the sums of every height, tallest first, with the weight of every column. */
function sumsByHeight(device: Device, field: ExtensionField, request: DeepRequest, scratch: Allocations): HeightSums[] {
  let weight = field.one;
  const columns = request.blocks.flatMap((handle, b) => {
    const { logRows, addresses } = device.columns.get(handle);
    return addresses.map((source, i) => {
      const column = { logRows, source, weight, openedAtNext: i < (request.nextWidths[b] ?? 0) };
      weight = field.mul(weight, request.challenge);
      return column;
    });
  });
  const weights = scratch.store(columns.flatMap((column) => constantPairs(column.weight)));
  const placed = columns.map((column, i) => ({ ...column, weight: weights + 8 * field.degree * i }));
  const heights = [...new Set(columns.map((column) => column.logRows))].sort((a, b) => b - a);
  return heights.map((logRows) => ({
    logRows,
    columns: placed.filter((column) => column.logRows === logRows),
    all: scratch.take(field.degree * columnStride(logRows)),
    next: scratch.take(field.degree * columnStride(logRows)),
  }));
}

async function accumulate(device: Device, degree: Degree, sums: readonly HeightSums[]): Promise<void> {
  let taskCount = 0;
  const classes = sums.map(({ logRows, columns, all, next }) => {
    const rows = 2 ** logRows;
    const firstTask = taskCount;
    taskCount += Math.ceil(rows / ROWS_PER_TASK);
    return { rows, columns, all, next, stride: columnStride(logRows), firstTask };
  });
  await device.pool.run(0, (scratch) => ({
    kind: "deep",
    taskCount,
    scratch,
    twiddles: device.tables.twiddles(0),
    degree,
    classes,
    rowsPerTask: ROWS_PER_TASK,
  }));
}

/** Adds the sums of a shorter height to those of the tallest: coefficient i belongs to x^(k·i). */
function addLifted(device: Device, degree: number, tall: HeightSums, low: HeightSums): void {
  const words = device.heap.words();
  const step = 2 ** (tall.logRows - low.logRows);
  for (const part of ["all", "next"] as const) {
    for (let k = 0; k < degree; k++) {
      const target = (tall[part] + k * columnStride(tall.logRows)) / 4;
      const source = (low[part] + k * columnStride(low.logRows)) / 4;
      for (let i = 0; i < 2 ** low.logRows; i++) {
        words[target + step * i] = add(words[target + step * i] ?? 0, words[source + i] ?? 0);
      }
    }
  }
}

/** Divides both sums by their points, in place. Throws Error when a claimed value is not the remainder. */
async function divide(
  device: Device,
  field: ExtensionField,
  request: DeepRequest,
  tall: HeightSums,
  scratch: Allocations,
): Promise<void> {
  const remainders = scratch.take(8 * field.degree);
  const polynomials = [tall.all, tall.next];
  const divisions = request.points.map((point, i) => ({
    polynomial: polynomials[i] ?? 0,
    matrix: scratch.store(multiplicationMatrix(field, point)),
    remainder: remainders + 4 * field.degree * i,
  }));
  await device.pool.run(0, (jobScratch) => ({
    kind: "divide",
    taskCount: divisions.length,
    scratch: jobScratch,
    twiddles: device.tables.twiddles(0),
    degree: assertDegree(field.degree),
    rows: 2 ** tall.logRows,
    stride: columnStride(tall.logRows),
    divisions,
  }));
  const words = device.heap.words();
  divisions.forEach(({ remainder }, i) => {
    const value: Ext = [...words.subarray(remainder / 4, remainder / 4 + field.degree)];
    if (!field.equal(value, request.combinedValues[i] ?? [])) {
      throw new Error("a claimed opening is not the value of the committed polynomial");
    }
  });
}
