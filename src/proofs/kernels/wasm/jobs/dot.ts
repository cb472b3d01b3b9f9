import type { Thread } from "../memory/thread.ts";
import type { JobBase, TaskRunner } from "./task.ts";

/** Values of one coefficient column per task at a point whose powers are tabulated coordinate by coordinate. */
export interface DotJob extends JobBase {
  readonly kind: "dot";
  readonly columns: readonly number[];
  readonly bytes: number;
  /** Addresses of the powers' coordinates and of their companions. */
  readonly powers: readonly { readonly values: number; readonly companions: number }[];
  /** One vector of four partial sums per column and coordinate. */
  readonly target: number;
}

export function runDot({ kernels }: Thread, job: DotJob): TaskRunner {
  return (task) => {
    job.powers.forEach(({ values, companions }, k) => {
      const target = job.target + 16 * (task * job.powers.length + k);
      kernels.dot(job.columns[task] ?? 0, values, companions, target, job.bytes);
    });
    return true;
  };
}
