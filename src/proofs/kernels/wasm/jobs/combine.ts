import type { Degree } from "../memory/kernel-module.ts";
import type { Thread } from "../memory/thread.ts";
import type { JobBase, TaskRunner } from "./task.ts";

/** Extension columns that are sums of columns times constants: a run of rows of one of them per task. */
export interface CombineJob extends JobBase {
  readonly kind: "combine";
  readonly degree: Degree;
  readonly sums: readonly {
    /** First of its coordinates, zeroed by the task that fills them. */
    readonly target: number;
    readonly terms: readonly {
      readonly source: number;
      /** Address of the constant: value and companion per coordinate. */
      readonly constant: number;
    }[];
  }[];
  /** From a coordinate of a sum to the next. */
  readonly stride: number;
  readonly rows: number;
  readonly rowsPerTask: number;
}

export function runCombine({ kernels, words }: Thread, job: CombineJob): TaskRunner {
  const accumulate = kernels[`accumulate${job.degree}`];
  const tasksPerSum = Math.ceil(job.rows / job.rowsPerTask);
  return (task) => {
    const sum = job.sums[Math.floor(task / tasksPerSum)];
    if (sum === undefined) throw new Error(`no sum has task ${task}`);
    const firstRow = (task % tasksPerSum) * job.rowsPerTask;
    const bytes = 4 * Math.min(job.rowsPerTask, job.rows - firstRow);
    const target = sum.target + 4 * firstRow;
    for (let k = 0; k < job.degree; k++) {
      const at = (target + k * job.stride) / 4;
      words.fill(0, at, at + bytes / 4);
    }
    for (const { source, constant } of sum.terms) accumulate(target, job.stride, source + 4 * firstRow, 16, constant, bytes);
    return true;
  };
}
