import { inv, mul, pow, rootOfUnity, sub } from "../../../field/koala-bear.ts";
import { bitReverse } from "../../bit-reversal.ts";
import { columnAddresses, columnStride } from "../columns-layout.ts";
import { ONE_AT, R_SQUARED_AT, ZERO_AT } from "../fixed-memory.ts";
import { ScratchLayout } from "../heap.ts";
import type { Degree } from "../kernel-module.ts";
import { R, toMontgomery } from "../montgomery.ts";
import type { Thread } from "../thread.ts";
import { evaluateColumn, fillPowers, layoutPowerTable } from "../transforms.ts";
import type { JobBase, TaskRunner } from "./task.ts";
import { INSTRUCTION_WORDS, OPERAND, OPERATION } from "./program-code.ts";

/** Rows that a constraint program works on at a time: its registers then stay in the first- and second-level cache. */
const CHUNK_ROWS = 1024;
const SCOPES = 4;

/**
 * Values of one table's quotient on one coset of its trace domain per task. The columns are extended to the coset in
 * Montgomery form, the program runs over runs of rows, and the accumulators are joined with the selectors divided by Z,
 * which is constant on the coset.
 */
export interface QuotientJob extends JobBase {
  readonly kind: "quotient";
  readonly degree: Degree;
  readonly logCosets: number;
  readonly tables: readonly QuotientTableJob[];
}

export interface QuotientTableJob {
  /** At least 4; smaller tables are left to the reference code. */
  readonly logRows: number;
  readonly shift: number;
  readonly columns: readonly number[];
  readonly registerCount: number;
  readonly code: Int32Array;
  readonly scalars: Uint32Array;
  /** Value and companion per coordinate of every weight. */
  readonly weights: Uint32Array;
  /** Coordinate columns of values in bit-reversed order over all cosets, `targetStride` bytes apart. */
  readonly target: number;
  readonly targetStride: number;
  /** Offset table: of the position that holds the next row, and of position bitrev(k). */
  readonly nextRow: number;
  readonly bitReversed: number;
}

type TableShape = Pick<QuotientTableJob, "logRows" | "columns" | "registerCount" | "code" | "scalars" | "weights">;

/** Columns that the program reads at the next row, ascending. */
function nextColumnsOf(code: Int32Array): number[] {
  const indices = new Set<number>();
  for (let at = 0; at < code.length; at += INSTRUCTION_WORDS) {
    if (code[at + 2] === OPERAND.nextColumn) indices.add(code[at + 3] ?? 0);
    if (code[at] !== OPERATION.accumulate && code[at + 4] === OPERAND.nextColumn) indices.add(code[at + 5] ?? 0);
  }
  return [...indices].sort((a, b) => a - b);
}

interface TableScratch {
  readonly columns: readonly number[];
  readonly nextColumns: ReadonlyMap<number, number>;
  readonly powers: ReturnType<typeof layoutPowerTable>;
  readonly points: number;
  readonly inverses: number;
  readonly prefixes: number;
  readonly selectors: readonly number[];
  readonly vector: number;
  readonly registers: number;
  readonly scalars: number;
  readonly weights: number;
  readonly sums: number;
  readonly end: number;
}

function layOut(table: TableShape, degree: number, start: number): TableScratch {
  const scratch = new ScratchLayout(start);
  const stride = columnStride(table.logRows);
  const rowBytes = 4 * 2 ** table.logRows;
  const next = nextColumnsOf(table.code);
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
    registers: scratch.take(4 * CHUNK_ROWS * table.registerCount),
    scalars: scratch.take(16 * table.scalars.length),
    weights: scratch.take(4 * table.weights.length),
    sums: scratch.take(SCOPES * degree * 4 * CHUNK_ROWS),
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

  table.scalars.forEach((scalar, i) => {
    words.fill(toMontgomery(scalar), scratch.scalars / 4 + 4 * i, scratch.scalars / 4 + 4 * i + 4);
  });
  words.set(table.weights, scratch.weights / 4);
  for (let firstRow = 0; firstRow < rows; firstRow += CHUNK_ROWS) {
    const bytes = 4 * Math.min(CHUNK_ROWS, rows - firstRow);
    runProgramOnChunk(thread, job.degree, table, scratch, 4 * firstRow, bytes);
    joinScopes(thread, job.degree, table, scratch, coset, 4 * firstRow, bytes);
  }
}

/** What multiplies the accumulators: 1/Z, (x − g⁻¹)/Z, 1/(x − 1), 1/(x − g⁻¹), canonical, in bit-reversed order. */
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

function runProgramOnChunk(
  { kernels, words }: Thread,
  degree: Degree,
  table: QuotientTableJob,
  scratch: TableScratch,
  offset: number,
  bytes: number,
): void {
  const { code } = table;
  const accumulate = kernels[`accumulate${degree}`];
  const operations = [kernels.addVectors, kernels.subVectors, kernels.mulVectors];
  const sumStride = 4 * CHUNK_ROWS;
  const register = (index: number): number => scratch.registers + 4 * CHUNK_ROWS * index;
  const address = (kind: number, index: number): number => {
    if (kind === OPERAND.register) return register(index);
    if (kind === OPERAND.scalar) return scratch.scalars + 16 * index;
    const column = kind === OPERAND.column ? scratch.columns[index] : scratch.nextColumns.get(index);
    if (column === undefined) throw new RangeError(`constraint program reads a missing column ${index}`);
    return column + offset;
  };
  words.fill(0, scratch.sums / 4, scratch.sums / 4 + SCOPES * degree * CHUNK_ROWS);
  for (let at = 0; at < code.length; at += INSTRUCTION_WORDS) {
    const operation = code[at] ?? 0;
    const out = code[at + 1] ?? 0;
    const aKind = code[at + 2] ?? 0;
    const a = address(aKind, code[at + 3] ?? 0);
    const aStep = aKind === OPERAND.scalar ? 0 : 16;
    if (operation === OPERATION.accumulate) {
      const weight = scratch.weights + 8 * degree * (code[at + 5] ?? 0);
      accumulate(scratch.sums + out * degree * sumStride, sumStride, a, aStep, weight, bytes);
      continue;
    }
    const bKind = code[at + 4] ?? 0;
    const b = address(bKind, code[at + 5] ?? 0);
    operations[operation]?.(register(out), a, aStep, b, bKind === OPERAND.scalar ? 0 : 16, bytes);
  }
}

/** Σ over the scopes of accumulator · selector; Montgomery times canonical is canonical. */
function joinScopes(
  { kernels }: Thread,
  degree: Degree,
  table: QuotientTableJob,
  scratch: TableScratch,
  coset: number,
  offset: number,
  bytes: number,
): void {
  for (let k = 0; k < degree; k++) {
    const target = table.target + k * table.targetStride + coset * 4 * 2 ** table.logRows + offset;
    scratch.selectors.forEach((selector, scope) => {
      const sum = scratch.sums + (scope * degree + k) * 4 * CHUNK_ROWS;
      kernels.mulVectors(sum, sum, 16, selector + offset, 16, bytes);
      kernels.addVectors(target, sum, 16, scope === 0 ? ZERO_AT : target, scope === 0 ? 0 : 16, bytes);
    });
  }
}
