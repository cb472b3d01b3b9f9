import type { Degree } from "../memory/kernel-module.ts";
import type { Thread } from "../memory/thread.ts";
import type { JobBase, TaskRunner } from "./task.ts";

/** A piece of a FRI fold per task. */
export interface FoldJob extends JobBase {
  readonly kind: "fold";
  readonly degree: Degree;
  readonly source: number;
  readonly sourceStride: number;
  readonly target: number;
  readonly targetStride: number;
  /** Folded coefficients in all, and per task. */
  readonly count: number;
  readonly countPerTask: number;
  readonly arity: number;
  /** Matrix of the challenge. */
  readonly matrix: number;
}

export function runFold({ kernels }: Thread, job: FoldJob): TaskRunner {
  const kernel = kernels[`foldExtension${job.degree}`];
  return (task) => {
    const first = task * job.countPerTask;
    const count = Math.min(job.countPerTask, job.count - first);
    const source = job.source + 4 * first * job.arity;
    kernel(source, job.sourceStride, job.target + 4 * first, job.targetStride, count, job.arity, job.matrix);
    return true;
  };
}
