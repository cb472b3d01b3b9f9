import type { Degree } from "../memory/kernel-module.ts";
import type { Thread } from "../memory/thread.ts";
import type { JobBase, TaskRunner } from "./task.ts";

/** Sums Σ αⁱ·fᵢ of the columns of one height, over all columns and over those opened at the next row: a run of rows per task. */
export interface DeepJob extends JobBase {
  readonly kind: "deep";
  readonly degree: Degree;
  readonly classes: readonly {
    readonly rows: number;
    readonly columns: readonly {
      readonly source: number;
      /** Address of αⁱ: value and companion per coordinate. */
      readonly weight: number;
      readonly openedAtNext: boolean;
    }[];
    /** Coordinate columns, zeroed by the task that fills them. */
    readonly all: number;
    readonly next: number;
    readonly stride: number;
    /** First task that works on this class. */
    readonly firstTask: number;
  }[];
  readonly rowsPerTask: number;
}

export function runDeep({ kernels, words }: Thread, job: DeepJob): TaskRunner {
  const accumulate = kernels[`accumulate${job.degree}`];
  return (task) => {
    const part = job.classes.findLast((candidate) => candidate.firstTask <= task);
    if (part === undefined) throw new Error(`no height class has task ${task}`);
    const firstRow = (task - part.firstTask) * job.rowsPerTask;
    const rows = Math.min(job.rowsPerTask, part.rows - firstRow);
    const bytes = Math.max(16, 4 * rows);
    const offset = 4 * firstRow;
    for (const start of [part.all, part.next]) {
      for (let k = 0; k < job.degree; k++) {
        const at = (start + k * part.stride + offset) / 4;
        words.fill(0, at, at + bytes / 4);
      }
    }
    for (const { source, weight, openedAtNext } of part.columns) {
      accumulate(part.all + offset, part.stride, source + offset, 16, weight, bytes);
      if (openedAtNext) accumulate(part.next + offset, part.stride, source + offset, 16, weight, bytes);
    }
    return true;
  };
}

/** One synthetic division by X − point per task, in place. */
export interface DivideJob extends JobBase {
  readonly kind: "divide";
  readonly degree: Degree;
  readonly rows: number;
  readonly stride: number;
  readonly divisions: readonly { readonly polynomial: number; readonly matrix: number; readonly remainder: number }[];
}

export function runDivide({ kernels }: Thread, job: DivideJob): TaskRunner {
  const divide = kernels[`divideByPoint${job.degree}`];
  return (task) => {
    const division = job.divisions[task];
    if (division === undefined) throw new Error(`there is no division ${task}`);
    const { polynomial, matrix, remainder } = division;
    divide(polynomial, job.stride, job.rows, matrix, polynomial, job.stride, remainder);
    return true;
  };
}
