import type { Thread } from "../memory/thread.ts";
import type { JobBase, TaskRunner } from "./task.ts";

/** Values of the parts of one column per task at a point whose powers are tabulated coordinate by coordinate. */
export interface DotPartsJob extends JobBase {
  readonly kind: "dotParts";
  /** Address of each column's coefficients in part 0. */
  readonly columns: readonly number[];
  readonly parts: number;
  /** From a part to the next. */
  readonly stride: number;
  readonly bytes: number;
  readonly powers: readonly { readonly values: number; readonly companions: number }[];
  /** One vector of four partial sums per column, part and coordinate. */
  readonly target: number;
}

export function runDotParts({ kernels }: Thread, job: DotPartsJob): TaskRunner {
  const degree = job.powers.length;
  return (task) => {
    const first = job.columns[task] ?? 0;
    for (let part = 0; part < job.parts; part++) {
      job.powers.forEach(({ values, companions }, k) => {
        const target = job.target + 16 * ((task * job.parts + part) * degree + k);
        kernels.dot(first + part * job.stride, values, companions, target, job.bytes);
      });
    }
    return true;
  };
}
