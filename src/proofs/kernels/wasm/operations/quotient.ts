import { createExtension } from "../../../field/extension.ts";
import { add, inv, neg, pow } from "../../../field/koala-bear.ts";
import type { Columns, QuotientRequest, QuotientTable } from "../../backend.ts";
import { quotientCosets } from "../../quotient-cosets.ts";
import { toCoordinateColumns } from "../../reference/polynomial.ts";
import { tableQuotient } from "../../reference/quotient.ts";
import type { StoredColumns } from "../device/columns-store.ts";
import { columnStride } from "../memory/columns-layout.ts";
import { Allocations, type Device, ownThread } from "../device/device.ts";
import { interpolateScratchBytes } from "../jobs/interpolate.ts";
import { quotientScratchBytes } from "../jobs/quotient.ts";
import { assertDegree } from "../memory/kernel-module.ts";
import { encodeProgram } from "../../programs/encode-program.ts";
import { loadProgram } from "./load-program.ts";
import { fillPowers, SMALLEST_LOG_SIZE } from "../memory/transforms.ts";

/** See `Backend.quotient`. */
export async function quotient(device: Device, request: QuotientRequest): Promise<Columns> {
  const degree = assertDegree(request.degree);
  const cosets = quotientCosets(request.chunkCount);
  const tallest = Math.max(...request.tables.map((table) => table.logRows));
  const stored = request.tables.flatMap((table) => table.blocks.map((block) => device.columns.get(block)));
  stored.forEach((columns) => device.columns.retain(columns));
  const scratch = new Allocations(device.heap);
  try {
    // One long coefficient column per coordinate: its runs of 2^tallest coefficients are the chunks.
    const stride = columnStride(tallest + Math.log2(cosets));
    const sum = scratch.take(degree * stride);
    device.heap.words().fill(0, sum / 4, (sum + degree * stride) / 4);
    const small = request.tables.filter((table) => table.logRows < SMALLEST_LOG_SIZE);
    const large = request.tables.filter((table) => table.logRows >= SMALLEST_LOG_SIZE);
    for (const table of small) addSmallTable(device, request, table, sum, stride, tallest);
    if (large.length > 0) await addLargeTables(device, request, large, sum, stride, tallest, scratch);
    scratch.keep(sum);
    const addresses = Array.from({ length: request.chunkCount * degree }, (_, i) => {
      const chunk = Math.floor(i / degree);
      return sum + (i % degree) * stride + 4 * chunk * 2 ** tallest;
    });
    return device.columns.adopt(sum, addresses, tallest).handle;
  } finally {
    scratch.free();
    stored.forEach((columns) => device.columns.drop(columns));
  }
}

const shiftOf = (request: QuotientRequest, table: QuotientTable, tallest: number): number =>
  pow(request.shift, 2 ** (tallest - table.logRows));

/** Adds coefficients of a table, lifted: coefficient i belongs to x^(k·i). */
function addLifted(words: Uint32Array, target: number, source: Uint32Array, step: number): void {
  source.forEach((x, i) => {
    const at = target / 4 + step * i;
    words[at] = add(words[at] ?? 0, x);
  });
}

function addSmallTable(
  device: Device,
  request: QuotientRequest,
  table: QuotientTable,
  sum: number,
  stride: number,
  tallest: number,
): void {
  const field = createExtension(request.degree);
  const words = device.heap.words();
  const columns = table.blocks
    .flatMap((block) => device.columns.get(block).addresses)
    .map((address) => words.slice(address / 4, address / 4 + 2 ** table.logRows));
  const coefficients = tableQuotient(field, table, columns, quotientCosets(request.chunkCount), shiftOf(request, table, tallest));
  toCoordinateColumns(field, coefficients).forEach((column, k) => {
    addLifted(words, sum + k * stride, column, 2 ** (tallest - table.logRows));
  });
}

async function addLargeTables(
  device: Device,
  request: QuotientRequest,
  tables: readonly QuotientTable[],
  sum: number,
  sumStride: number,
  tallest: number,
  scratch: Allocations,
): Promise<void> {
  const degree = assertDegree(request.degree);
  const cosets = quotientCosets(request.chunkCount);
  const logCosets = Math.log2(cosets);
  const prepared = tables.map((table) => {
    const blocks: StoredColumns[] = table.blocks.map((block) => device.columns.get(block));
    const columns = blocks.flatMap((block) => block.addresses);
    const bounds = { columns: columns.length, scalars: table.scalars.length, weights: table.weights.length, degree };
    const targetStride = columnStride(table.logRows + logCosets);
    return {
      logRows: table.logRows,
      shift: shiftOf(request, table, tallest),
      columns,
      program: loadProgram(scratch, encodeProgram(table.program, bounds, "loaded"), [
        ...table.scalars,
        ...table.scalars.map(neg),
        ...table.weights.flat(),
      ]),
      target: scratch.take(degree * targetStride),
      targetStride,
      nextRow: device.tables.offsets("nextRow", table.logRows),
      bitReversed: device.tables.offsets("bitReversed", table.logRows),
    };
  });
  await device.pool.run(quotientScratchBytes(prepared, degree), (jobScratch) => ({
    kind: "quotient",
    taskCount: prepared.length * cosets,
    scratch: jobScratch,
    twiddles: device.tables.twiddles(tallest),
    degree,
    logCosets,
    tables: prepared,
  }));

  for (const table of prepared) {
    const logSize = table.logRows + logCosets;
    const bytes = 4 * 2 ** logSize;
    const powers = { values: scratch.take(bytes), companions: scratch.take(bytes), seed: scratch.take(32) };
    fillPowers(ownThread(device), powers, logSize, inv(2 ** logSize), inv(table.shift));
    const columns = Array.from({ length: degree }, (_, k) => table.target + k * table.targetStride);
    await device.pool.run(interpolateScratchBytes(logSize), (jobScratch) => ({
      kind: "interpolate",
      taskCount: degree,
      scratch: jobScratch,
      twiddles: device.tables.twiddles(logSize),
      logSize,
      sources: columns,
      targets: columns,
      naturalOrder: device.tables.offsets("bitReversed", logSize),
      inverseOrder: device.tables.offsets("inverse", logSize),
      unshift: powers,
    }));
    const { kernels, words } = ownThread(device);
    columns.forEach((source, k) => {
      const target = sum + k * sumStride;
      if (table.logRows === tallest) kernels.addVectors(target, target, 16, source, 16, bytes);
      else addLifted(words, target, words.subarray(source / 4, (source + bytes) / 4), 2 ** (tallest - table.logRows));
    });
  }
}
