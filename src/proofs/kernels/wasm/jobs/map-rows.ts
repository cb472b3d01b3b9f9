import { ZERO_INVERTED } from "../../row-program.ts";
import { R_SQUARED_AT } from "../memory/fixed-memory.ts";
import { ScratchLayout } from "../memory/heap.ts";
import { toMontgomery } from "../../montgomery.ts";
import type { Thread } from "../memory/thread.ts";
import { BLOCK_ROWS, layOutProgram, type LoadedProgram, prepareProgram, type ProgramScratch, runOnBlock } from "./strips.ts";
import type { JobBase, TaskRunner } from "./task.ts";

/** New columns from the rows of others, a block of rows per task (`Backend.mapRows`). */
export interface MapRowsJob extends JobBase {
  readonly kind: "mapRows";
  readonly rows: number;
  readonly columns: readonly number[];
  readonly program: LoadedProgram;
  readonly targets: readonly number[];
}

type Shape = Pick<MapRowsJob, "program" | "targets">;

interface Scratch {
  /**
   * Block of each column that the program reads, one vector longer than a block, for the row after the last
   * one.
   */
  readonly blocks: ReadonlyMap<number, number>;
  readonly program: ProgramScratch;
  readonly end: number;
}

function layOut({ program, targets }: Shape, start: number): Scratch {
  const scratch = new ScratchLayout(start);
  const columns = new Set(program.sources.map(({ column }) => column));
  return {
    blocks: new Map([...columns].map((column) => [column, scratch.take(4 * BLOCK_ROWS + 16)])),
    program: layOutProgram(program, targets.length, scratch),
    end: scratch.end,
  };
}

/** Scratch bytes that each thread needs. */
export function mapRowsScratchBytes(job: Shape): number {
  return layOut(job, 0).end;
}

export function runMapRows(thread: Thread, job: MapRowsJob, scratchStart: number): TaskRunner {
  const scratch = layOut(job, scratchStart);
  const sources = job.program.sources.map(({ column, next }) => (scratch.blocks.get(column) ?? 0) + (next ? 4 : 0));
  prepareProgram(thread, scratch.program, sources);
  return (task) => {
    const firstRow = task * BLOCK_ROWS;
    const count = Math.min(BLOCK_ROWS, job.rows - firstRow);
    for (const [column, block] of scratch.blocks)
      loadColumn(thread, job.columns[column] ?? 0, block, { firstRow, count, rows: job.rows });
    const targets = job.targets.map((target) => target + 4 * firstRow);
    if (!runOnBlock(thread, job.program, scratch.program, targets, count)) throw new RangeError(ZERO_INVERTED);
    return true;
  };
}

/** A block of rows in Montgomery form, and the row behind it. */
function loadColumn(
  { kernels, words }: Thread,
  source: number,
  target: number,
  { firstRow, count, rows }: { readonly firstRow: number; readonly count: number; readonly rows: number },
): void {
  kernels.mulVectors(target, source + 4 * firstRow, 16, R_SQUARED_AT, 0, 4 * count);
  words[target / 4 + count] = toMontgomery(words[source / 4 + ((firstRow + count) % rows)] ?? 0);
}
