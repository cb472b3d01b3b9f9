import { createExtension, type Ext } from "../../../field/extension.ts";
import { add } from "../../../field/koala-bear.ts";
import type { Columns, ProgressionRequest, StackedColumns, StackRequest } from "../../backend.ts";
import { LOG_PARTS } from "../../stack-layout.ts";
import { columnStride } from "../memory/columns-layout.ts";
import { Allocations, type Device } from "../device/device.ts";
import { constantPairs } from "../memory/extension-constants.ts";
import type { CombineJob } from "../jobs/combine.ts";
import { assertDegree, type Degree } from "../memory/kernel-module.ts";
import { tabulatePowers } from "./evaluate.ts";

const PARTS = 2 ** LOG_PARTS;
const ROWS_PER_TASK = 1024;
/** Elements of progressions per task. */
const ELEMENTS_PER_TASK = 4096;
/** log2 of the rows of a vector: shorter runs are left to the reference code. */
export const LOG_VECTOR = 2;

/** See `StackOperations.layOut`. */
export async function layOut(device: Device, { blocks, places, logStack, width }: StackRequest): Promise<Columns> {
  const sources = blocks.map((block) => device.columns.get(block));
  const { handle, stored } = device.columns.create(PARTS * width, logStack - LOG_PARTS);
  sources.forEach((source) => device.columns.retain(source));
  try {
    const [first = 0] = stored.addresses;
    const stride = columnStride(stored.logRows);
    const taken: Taken[] = [];
    const columns = sources.flatMap(({ addresses, logRows }, b) =>
      addresses.map((source, i) => {
        const place = places[b]?.[i] ?? 0;
        if (place + 2 ** logRows > width * 2 ** logStack) {
          throw new RangeError(`place ${place} is beyond ${width} columns of 2^${logStack}`);
        }
        taken.push({ place, end: place + 2 ** logRows });
        return { source, rows: 2 ** logRows, target: first + partOffset(place, logStack, stride) };
      }),
    );
    const words = device.heap.words();
    for (const { place, end } of freePlaces(taken, width, logStack)) {
      const at = first + partOffset(place, logStack, stride);
      for (let j = 0; j < PARTS; j++) words.fill(0, (at + j * stride) / 4, (at + j * stride) / 4 + (end - place) / PARTS);
    }
    await device.pool.run(0, (scratch) => ({
      kind: "layOut",
      taskCount: columns.length,
      scratch,
      twiddles: device.tables.twiddles(0),
      columns,
      parts: PARTS,
      stride,
    }));
    return handle;
  } catch (error) {
    device.columns.release(handle);
    throw error;
  } finally {
    sources.forEach((source) => device.columns.drop(source));
  }
}

/** Places of a stack, to before another. */
interface Taken {
  readonly place: number;
  readonly end: number;
}

/** The places between columns and behind them, none across an end of a stack column. */
function freePlaces(occupied: readonly Taken[], width: number, logStack: number): Taken[] {
  const free: Taken[] = [];
  let from = 0;
  const goTo = (to: number): void => {
    for (; from < to; from = free.at(-1)?.end ?? to)
      free.push({ place: from, end: Math.min(to, 2 ** logStack * (Math.floor(from / 2 ** logStack) + 1)) });
  };
  for (const { place, end } of [...occupied].sort((a, b) => a.place - b.place)) {
    goTo(place);
    from = Math.max(from, end);
  }
  goTo(width * 2 ** logStack);
  return free;
}

/** See `StackOperations.evaluateParts`; for columns of at least `LOG_VECTOR` rows in each part. */
export async function evaluateParts(
  device: Device,
  handle: Columns,
  { logRows, places }: StackedColumns,
  point: Ext,
): Promise<Uint32Array> {
  const degree = assertDegree(point.length);
  const stored = device.columns.get(handle);
  const stride = columnStride(stored.logRows);
  const [first = 0] = stored.addresses;
  const scratch = new Allocations(device.heap);
  device.columns.retain(stored);
  try {
    const powers = tabulatePowers(device, scratch, point, logRows - LOG_PARTS);
    const target = scratch.take(16 * degree * PARTS * places.length);
    await device.pool.run(0, (jobScratch) => ({
      kind: "dotParts",
      taskCount: places.length,
      scratch: jobScratch,
      twiddles: device.tables.twiddles(0),
      columns: places.map((place) => first + partOffset(place, stored.logRows + LOG_PARTS, stride)),
      parts: PARTS,
      stride,
      bytes: 4 * 2 ** (logRows - LOG_PARTS),
      powers,
      target,
    }));
    const words = device.heap.words();
    const values = new Uint32Array(places.length * PARTS * degree);
    for (let i = 0, at = target / 4; i < values.length; i++, at += 4) {
      values[i] = add(add(words[at] ?? 0, words[at + 1] ?? 0), add(words[at + 2] ?? 0, words[at + 3] ?? 0));
    }
    return values;
  } finally {
    scratch.free();
    device.columns.drop(stored);
  }
}

/** See `StackOperations.combineParts`; for parts of at least `LOG_VECTOR` rows. */
export async function combineParts(
  device: Device,
  blocks: readonly Columns[],
  weights: readonly Ext[],
  width: number,
): Promise<Columns> {
  const degree = assertDegree(weights[0]?.length ?? 0);
  const sources = blocks.map((block) => device.columns.get(block));
  const scratch = new Allocations(device.heap);
  sources.forEach((source) => device.columns.retain(source));
  try {
    const addresses = sources.flatMap((source) => source.addresses);
    const constants = scratch.store(weights.flatMap(constantPairs));
    const terms = Array.from({ length: width }, (_, c) =>
      addresses
        .slice(PARTS * c, PARTS * (c + 1))
        .map((source, j) => ({ source, constant: constants + 8 * degree * (PARTS * c + j) })),
    );
    return await combine(device, terms, sources[0]?.logRows ?? 0, degree);
  } finally {
    scratch.free();
    sources.forEach((source) => device.columns.drop(source));
  }
}

/** Extension columns that are sums of columns times constants, one for each list of terms. */
export async function combine(
  device: Device,
  terms: readonly CombineJob["sums"][number]["terms"][],
  logRows: number,
  degree: Degree,
): Promise<Columns> {
  const { handle, stored } = device.columns.create(degree * terms.length, logRows);
  try {
    await device.pool.run(0, (scratch) => ({
      kind: "combine",
      taskCount: terms.length * Math.ceil(2 ** logRows / ROWS_PER_TASK),
      scratch,
      twiddles: device.tables.twiddles(0),
      degree,
      sums: terms.map((term, i) => ({ target: stored.addresses[i * degree] ?? 0, terms: term })),
      stride: columnStride(logRows),
      rows: 2 ** logRows,
      rowsPerTask: ROWS_PER_TASK,
    }));
    return handle;
  } catch (error) {
    device.columns.release(handle);
    throw error;
  }
}

/** See `StackOperations.layProgressions`; for progressions of at least `LOG_VECTOR` terms. */
export async function layProgressions(device: Device, request: ProgressionRequest): Promise<Columns> {
  const { width, logRows } = request;
  const degree = assertDegree(request.degree);
  const field = createExtension(degree);
  const { handle, stored } = device.columns.create(degree * width, logRows);
  try {
    const stride = columnStride(logRows);
    const [first = 0] = stored.addresses;
    device.heap.words().fill(0, first / 4, (first + degree * width * stride) / 4);
    // In sequence, because two progressions may have the same rows.
    for (const { ratio, logLength, starts } of request.progressions) {
      const scratch = new Allocations(device.heap);
      try {
        const powers = tabulatePowers(device, scratch, ratio, logLength).map(({ values }) => values);
        const constants = scratch.store(starts.flatMap(({ start }) => field.multiplesByX(start).flatMap(constantPairs)));
        const targets = starts.map(({ place }) => {
          if (place + 2 ** logLength > width * 2 ** logRows) {
            throw new RangeError(`place ${place} is beyond ${width} columns of 2^${logRows}`);
          }
          return first + degree * stride * Math.floor(place / 2 ** logRows) + 4 * (place % 2 ** logRows);
        });
        const perTask = Math.max(1, ELEMENTS_PER_TASK / 2 ** logLength);
        await device.pool.run(0, (jobScratch) => ({
          kind: "layProgressions",
          taskCount: Math.ceil(starts.length / perTask),
          scratch: jobScratch,
          twiddles: device.tables.twiddles(0),
          degree,
          powers,
          bytes: 4 * 2 ** logLength,
          targets,
          stride,
          constants,
          perTask,
        }));
      } finally {
        scratch.free();
      }
    }
    return handle;
  } catch (error) {
    device.columns.release(handle);
    throw error;
  }
}

/** Bytes from the first part of a stack to where a place that parts divide begins. */
function partOffset(place: number, logStack: number, stride: number): number {
  return PARTS * stride * Math.floor(place / 2 ** logStack) + (4 * (place % 2 ** logStack)) / PARTS;
}
