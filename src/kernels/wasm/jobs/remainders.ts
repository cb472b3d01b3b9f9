import type { Thread } from "../thread.ts";
import type { JobBase, TaskRunner } from "./task.ts";

/** Per task: the remainders of some columns modulo X^16 − c, from which the columns' values at 16 positions follow. */
export interface RemaindersJob extends JobBase {
  readonly kind: "remainders";
  readonly items: readonly {
    readonly columns: readonly number[];
    readonly bytes: number;
    /** Address of c and its companion. */
    readonly constant: number;
    /** 64 bytes per column. */
    readonly target: number;
  }[];
}

export function runRemainders({ kernels }: Thread, job: RemaindersJob): TaskRunner {
  return (task) => {
    const item = job.items[task];
    item?.columns.forEach((column, i) => kernels.foldColumn(column, item.bytes, item.constant, item.target + 64 * i));
    return true;
  };
}
