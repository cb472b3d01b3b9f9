import { runningSum } from "../../reference/row-map.ts";
import type { Thread } from "../memory/thread.ts";
import type { JobBase, TaskRunner } from "./task.ts";

/** The running sum of one column per task, in place (`Backend.runningSums`). A scan is bound by memory, not by arithmetic. */
export interface RunningSumsJob extends JobBase {
  readonly kind: "runningSums";
  readonly rows: number;
  readonly columns: readonly number[];
  /** Words that take the sums. */
  readonly sums: number;
}

export function runRunningSums({ words }: Thread, job: RunningSumsJob): TaskRunner {
  return (task) => {
    const start = (job.columns[task] ?? 0) / 4;
    words[job.sums / 4 + task] = runningSum(words.subarray(start, start + job.rows));
    return true;
  };
}
