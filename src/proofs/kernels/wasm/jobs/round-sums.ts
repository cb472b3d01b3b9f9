import type { Degree } from "../memory/kernel-module.ts";
import type { Thread } from "../memory/thread.ts";
import type { JobBase, TaskRunner } from "./task.ts";

/** Both sums of `Backend.roundSums`, in parts: a task adds up a range of rows of one pair of neighbours. */
export interface RoundSumsJob extends JobBase {
  readonly kind: "roundSums";
  readonly degree: Degree;
  /** First coordinates of both operands' neighbours. */
  readonly pairs: readonly { readonly a: number; readonly aNext: number; readonly b: number; readonly bNext: number }[];
  readonly stride: number;
  readonly rows: number;
  readonly rowsPerTask: number;
  /** Address of the kernel's results, task by task. */
  readonly target: number;
}

/** Bytes that one task leaves. */
export function roundSumsBytes(degree: number): number {
  return 2 * 16 * (2 * degree - 1);
}

export function runRoundSums({ kernels }: Thread, job: RoundSumsJob): TaskRunner {
  const kernel = kernels[`roundSums${job.degree}`];
  const tasksPerPair = Math.ceil(job.rows / job.rowsPerTask);
  return (task) => {
    const pair = job.pairs[Math.floor(task / tasksPerPair)];
    if (pair === undefined) throw new Error(`no pair has task ${task}`);
    const firstRow = (task % tasksPerPair) * job.rowsPerTask;
    const bytes = 4 * Math.min(job.rowsPerTask, job.rows - firstRow);
    const at = 4 * firstRow;
    const target = job.target + task * roundSumsBytes(job.degree);
    kernel(pair.a + at, pair.aNext + at, pair.b + at, pair.bNext + at, job.stride, bytes, target);
    return true;
  };
}
