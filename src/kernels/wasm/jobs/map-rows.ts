import { ZERO_INVERTED } from "../../row-program.ts";
import { ONE_AT, R_SQUARED_AT, ZERO_AT } from "../fixed-memory.ts";
import { ScratchLayout } from "../heap.ts";
import { toMontgomery } from "../montgomery.ts";
import type { Thread } from "../thread.ts";
import { INSTRUCTION_WORDS, OPERAND, OPERATION } from "./program-code.ts";
import type { JobBase, TaskRunner } from "./task.ts";

/** Rows that a task works on: with hundreds of registers they then stay in the second-level cache. */
export const MAP_ROWS = 256;

/** New columns from the rows of others, a run of rows per task (`Backend.mapRows`). */
export interface MapRowsJob extends JobBase {
  readonly kind: "mapRows";
  readonly rows: number;
  readonly columns: readonly number[];
  readonly registerCount: number;
  readonly code: Int32Array;
  readonly scalars: Uint32Array;
  readonly targets: readonly number[];
}

type Shape = Pick<MapRowsJob, "columns" | "registerCount" | "scalars">;

interface Scratch {
  /** Per column, one vector longer than a run: the next row of the last one stands there. */
  readonly columns: readonly number[];
  readonly registers: number;
  readonly scalars: number;
  readonly prefixes: number;
  readonly end: number;
}

function layOut({ columns, registerCount, scalars }: Shape, start: number): Scratch {
  const scratch = new ScratchLayout(start);
  return {
    columns: columns.map(() => scratch.take(4 * MAP_ROWS + 16)),
    registers: scratch.take(4 * MAP_ROWS * registerCount),
    scalars: scratch.take(16 * scalars.length),
    prefixes: scratch.take(4 * MAP_ROWS),
    end: scratch.end,
  };
}

/** Scratch bytes that each thread needs. */
export function mapRowsScratchBytes(job: Shape): number {
  return layOut(job, 0).end;
}

export function runMapRows(thread: Thread, job: MapRowsJob, scratchStart: number): TaskRunner {
  const { words } = thread;
  const scratch = layOut(job, scratchStart);
  job.scalars.forEach((scalar, i) => {
    words.fill(toMontgomery(scalar), scratch.scalars / 4 + 4 * i, scratch.scalars / 4 + 4 * i + 4);
  });
  const read = columnsRead(job.code);
  return (task) => {
    const firstRow = task * MAP_ROWS;
    const count = Math.min(MAP_ROWS, job.rows - firstRow);
    for (const index of read)
      loadColumn(thread, job.columns[index] ?? 0, scratch.columns[index] ?? 0, { firstRow, count, rows: job.rows });
    runOnRows(thread, job, scratch, 4 * firstRow, 4 * count);
    return true;
  };
}

function columnsRead(code: Int32Array): ReadonlySet<number> {
  const read = new Set<number>();
  for (let at = 0; at < code.length; at += INSTRUCTION_WORDS) {
    for (const operand of [at + 2, at + 4]) {
      const kind = code[operand];
      if (kind === OPERAND.column || kind === OPERAND.nextColumn) read.add(code[operand + 1] ?? 0);
    }
  }
  return read;
}

/** A run of rows in Montgomery form, and the row behind it. */
function loadColumn(
  { kernels, words }: Thread,
  source: number,
  target: number,
  { firstRow, count, rows }: { readonly firstRow: number; readonly count: number; readonly rows: number },
): void {
  kernels.mulVectors(target, source + 4 * firstRow, 16, R_SQUARED_AT, 0, 4 * count);
  words[target / 4 + count] = toMontgomery(words[source / 4 + ((firstRow + count) % rows)] ?? 0);
}

function runOnRows({ kernels, words }: Thread, job: MapRowsJob, scratch: Scratch, offset: number, bytes: number): void {
  const { code } = job;
  const operations = [kernels.addVectors, kernels.subVectors, kernels.mulVectors];
  const register = (index: number): number => scratch.registers + 4 * MAP_ROWS * index;
  const address = (kind: number, index: number): number => {
    if (kind === OPERAND.register) return register(index);
    if (kind === OPERAND.scalar) return scratch.scalars + 16 * index;
    return (scratch.columns[index] ?? 0) + (kind === OPERAND.nextColumn ? 4 : 0);
  };
  for (let at = 0; at < code.length; at += INSTRUCTION_WORDS) {
    const operation = code[at] ?? 0;
    const out = code[at + 1] ?? 0;
    const aKind = code[at + 2] ?? 0;
    const a = address(aKind, code[at + 3] ?? 0);
    const aStep = aKind === OPERAND.scalar ? 0 : 16;
    if (operation === OPERATION.store) {
      kernels.mulVectors((job.targets[out] ?? 0) + offset, a, aStep, ONE_AT, 0, bytes);
    } else if (operation === OPERATION.invert) {
      kernels.addVectors(register(out), a, aStep, ZERO_AT, 0, bytes);
      kernels.invertVectors(register(out), scratch.prefixes, bytes);
      // The kernel gives zeros for the inverses beside a zero, and no inverse is zero otherwise.
      if (words.subarray(register(out) / 4, (register(out) + bytes) / 4).includes(0)) throw new RangeError(ZERO_INVERTED);
    } else {
      const bKind = code[at + 4] ?? 0;
      const b = address(bKind, code[at + 5] ?? 0);
      operations[operation]?.(register(out), a, aStep, b, bKind === OPERAND.scalar ? 0 : 16, bytes);
    }
  }
}
