import type { Thread } from "../thread.ts";
import type { JobBase, TaskRunner } from "./task.ts";

/**
 * Remainders of columns modulo X^16 − c, from which their values at 16 positions follow. A task takes a few columns, one after
 * another, and each through all c: a column is read from memory once, whatever the number of positions.
 */
export interface RemaindersJob extends JobBase {
  readonly kind: "remainders";
  /** One per task. */
  readonly groups: readonly {
    readonly columns: readonly number[];
    readonly bytes: number;
    readonly moduli: readonly {
      /** Address of c and its companion. */
      readonly constant: number;
      /** 64 bytes per column. */
      readonly target: number;
    }[];
  }[];
}

export function runRemainders({ kernels }: Thread, job: RemaindersJob): TaskRunner {
  return (task) => {
    const group = job.groups[task];
    group?.columns.forEach((column, i) => {
      for (const { constant, target } of group.moduli) kernels.foldColumn(column, group.bytes, constant, target + 64 * i);
    });
    return true;
  };
}
