import type { Thread } from "../memory/thread.ts";
import type { JobBase, TaskRunner } from "./task.ts";

/** Coefficients of one column per task, dealt to the parts of a stack column. */
export interface LayOutJob extends JobBase {
  readonly kind: "layOut";
  readonly columns: readonly {
    readonly source: number;
    readonly rows: number;
    /** Address of the column's first coefficients in part 0. */
    readonly target: number;
  }[];
  /** A power of two. */
  readonly parts: number;
  /** From a part to the next. */
  readonly stride: number;
}

export function runLayOut({ words }: Thread, { columns, parts, stride }: LayOutJob): TaskRunner {
  return (task) => {
    const column = columns[task];
    if (column === undefined) throw new Error(`no column has task ${task}`);
    const { source, rows, target } = column;
    for (let j = 0; j < parts; j++) {
      let [from, to] = [source / 4 + j, (target + j * stride) / 4];
      for (let row = j; row < rows; row += parts, from += parts, to++) words[to] = words[from] ?? 0;
    }
    return true;
  };
}
