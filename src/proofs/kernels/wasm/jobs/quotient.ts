import { inv, mul, pow, rootOfUnity, sub } from "../../../field/koala-bear.ts";
import { bitReverse } from "../../bit-reversal.ts";
import { columnAddresses, columnStride } from "../memory/columns-layout.ts";
import { ONE_AT, R_SQUARED_AT } from "../memory/fixed-memory.ts";
import { ScratchLayout } from "../memory/heap.ts";
import type { Degree } from "../memory/kernel-module.ts";
import { R, toMontgomery } from "../../montgomery.ts";
import type { Thread } from "../memory/thread.ts";
import { SCOPES } from "../../programs/encode-program.ts";
import { evaluateColumn, fillPowers, layoutPowerTable } from "../memory/transforms.ts";
import type { JobBase, TaskRunner } from "./task.ts";
import { BLOCK_ROWS, layOutProgram, type LoadedProgram, prepareProgram, type ProgramScratch, runOnBlock } from "./strips.ts";

/**
 * Values of one table's quotient on one coset of its trace domain per task. The columns are extended to the coset in
 * Montgomery form, and the program runs over blocks of rows; it joins its accumulators with the selectors divided by Z, which
 * is constant on the coset.
 */
export interface QuotientJob extends JobBase {
  readonly kind: "quotient";
  readonly degree: Degree;
  readonly logCosets: number;
  readonly tables: readonly QuotientTableJob[];
}

interface QuotientTableJob {
  /** At least 4; smaller tables are left to the reference code. */
  readonly logRows: number;
  readonly shift: number;
  readonly columns: readonly number[];
  readonly program: LoadedProgram;
  /** Coordinate columns of values in bit-reversed order over all cosets, `targetStride` bytes apart. */
  readonly target: number;
  readonly targetStride: number;
  /** Offset table: of the position that holds the next row, and of position bitrev(k). */
  readonly nextRow: number;
  readonly bitReversed: number;
}

type TableShape = Pick<QuotientTableJob, "logRows" | "columns" | "program">;

const BLOCK_BYTES = 4 * BLOCK_ROWS;

interface TableScratch {
  readonly columns: readonly number[];
  readonly nextColumns: ReadonlyMap<number, number>;
  readonly powers: ReturnType<typeof layoutPowerTable>;
  readonly points: number;
  readonly inverses: number;
  readonly prefixes: number;
  readonly selectors: readonly number[];
  readonly vector: number;
  /** The addresses of the program's sources. */
  readonly sources: number;
  /** For each of them a block of its rows. */
  readonly blocks: number;
  readonly program: ProgramScratch;
  readonly end: number;
}

function layOut(table: TableShape, degree: number, start: number): TableScratch {
  const scratch = new ScratchLayout(start);
  const stride = columnStride(table.logRows);
  const rowBytes = 4 * 2 ** table.logRows;
  const next = table.program.sources.flatMap((source) => (source.next ? [source.column] : []));
  const columns = (width: number): number[] => columnAddresses(scratch.take(width * stride), width, table.logRows);
  const nextAddresses = columns(next.length);
  return {
    columns: columns(table.columns.length),
    nextColumns: new Map(next.map((index, i) => [index, nextAddresses[i] ?? 0])),
    powers: layoutPowerTable(scratch, table.logRows),
    points: scratch.take(rowBytes),
    inverses: scratch.take(rowBytes),
    prefixes: scratch.take(rowBytes),
    selectors: columns(SCOPES),
    vector: scratch.take(16),
    sources: scratch.take(4 * table.program.sources.length),
    blocks: scratch.take(BLOCK_BYTES * table.program.sources.length),
    program: layOutProgram(table.program, degree, scratch),
    end: scratch.end,
  };
}

/** Scratch bytes that each thread needs. */
export function quotientScratchBytes(tables: readonly TableShape[], degree: number): number {
  return Math.max(...tables.map((table) => layOut(table, degree, 0).end));
}

export function runQuotient(thread: Thread, job: QuotientJob, scratchStart: number): TaskRunner {
  return (task) => {
    const table = job.tables[task >> job.logCosets];
    if (table === undefined) throw new Error(`no table has task ${task}`);
    runTable(thread, job, table, task % 2 ** job.logCosets, scratchStart);
    return true;
  };
}

function runTable(thread: Thread, job: QuotientJob, table: QuotientTableJob, coset: number, scratchStart: number): void {
  const { kernels, words } = thread;
  const { logRows } = table;
  const rows = 2 ** logRows;
  const scratch = layOut(table, job.degree, scratchStart);

  const root = rootOfUnity(logRows + job.logCosets);
  const shift = mul(table.shift, pow(root, bitReverse(coset, job.logCosets)));
  fillPowers(thread, scratch.powers, logRows, R, shift);
  table.columns.forEach((source, i) => {
    const column = { source, logRows, target: scratch.columns[i] ?? 0, logSize: logRows };
    evaluateColumn(thread, job.twiddles, column, scratch.powers, shift, R);
  });
  for (const [index, address] of scratch.nextColumns) {
    kernels.gather(address, scratch.columns[index] ?? 0, table.nextRow, rows);
  }
  fillSelectors(thread, table, scratch, shift);

  // The selectors are columns after those of the table; next rows have been gathered into separate columns.
  const addresses = [...scratch.columns, ...scratch.selectors];
  const sources = table.program.sources.map(
    ({ column, next }) => (next ? scratch.nextColumns.get(column) : addresses[column]) ?? 0,
  );
  words.set(sources, scratch.sources / 4);
  const sourcesEnd = scratch.sources + 4 * sources.length;
  prepareProgram(
    thread,
    scratch.program,
    sources.map((_, i) => scratch.blocks + BLOCK_BYTES * i),
  );
  const coordinates = Array.from({ length: job.degree }, (_, k) => table.target + k * table.targetStride + 4 * coset * rows);
  for (let firstRow = 0; firstRow < rows; firstRow += BLOCK_ROWS) {
    const count = Math.min(BLOCK_ROWS, rows - firstRow);
    if (sources.length > 0) kernels.stageRows(scratch.sources, sourcesEnd, 4 * firstRow, scratch.blocks, BLOCK_BYTES, 4 * count);
    runOnBlock(
      thread,
      table.program,
      scratch.program,
      coordinates.map((target) => target + 4 * firstRow),
      count,
    );
  }
}

/**
 * Writes the factors of the accumulators: 1/Z, (x − g⁻¹)/Z, 1/(x − 1), 1/(x − g⁻¹), canonical, in
 * bit-reversed order.
 */
function fillSelectors(thread: Thread, table: QuotientTableJob, scratch: TableScratch, shift: number): void {
  const { kernels, words } = thread;
  const { logRows } = table;
  const rows = 2 ** logRows;
  const bytes = 4 * rows;
  const [everyRow, transition, firstRow, lastRow] = scratch.selectors;
  if (everyRow === undefined || transition === undefined || firstRow === undefined || lastRow === undefined) {
    throw new Error("there are four selectors");
  }
  const generator = rootOfUnity(logRows);
  const lastPoint = inv(generator);
  const inverseZ = inv(sub(pow(shift, rows), 1));
  const splat = (x: number): number => {
    words.fill(x, scratch.vector / 4, scratch.vector / 4 + 4);
    return scratch.vector;
  };
  fillPowers(thread, scratch.powers, logRows, shift, generator);
  kernels.gather(scratch.points, scratch.powers.values, table.bitReversed, rows);
  const invertDistance = (target: number, point: number): void => {
    kernels.subVectors(scratch.inverses, scratch.points, 16, splat(point), 0, bytes);
    kernels.mulVectors(scratch.inverses, scratch.inverses, 16, R_SQUARED_AT, 0, bytes);
    kernels.invertVectors(scratch.inverses, scratch.prefixes, bytes);
    kernels.mulVectors(target, scratch.inverses, 16, ONE_AT, 0, bytes);
  };
  invertDistance(firstRow, 1);
  invertDistance(lastRow, lastPoint);
  words.fill(inverseZ, everyRow / 4, everyRow / 4 + rows);
  kernels.subVectors(transition, scratch.points, 16, splat(lastPoint), 0, bytes);
  kernels.mulVectors(transition, transition, 16, splat(toMontgomery(inverseZ)), 0, bytes);
}
