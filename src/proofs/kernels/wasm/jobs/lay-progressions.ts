import type { Degree } from "../memory/kernel-module.ts";
import type { Thread } from "../memory/thread.ts";
import type { JobBase, TaskRunner } from "./task.ts";

/** Geometric progressions of one ratio, added to extension columns: some of them per task, none over another. */
export interface LayProgressionsJob extends JobBase {
  readonly kind: "layProgressions";
  readonly degree: Degree;
  /** Coordinates of the ratio's powers. */
  readonly powers: readonly number[];
  readonly bytes: number;
  /** Address of each progression's first coordinate. */
  readonly targets: readonly number[];
  /** From a coordinate to the next. */
  readonly stride: number;
  /** Columns of the matrix of each progression's start: value and companion per entry. */
  readonly constants: number;
  readonly perTask: number;
}

export function runLayProgressions({ kernels }: Thread, job: LayProgressionsJob): TaskRunner {
  const accumulate = kernels[`accumulate${job.degree}`];
  const columnBytes = 8 * job.degree;
  return (task) => {
    const end = Math.min(job.targets.length, (task + 1) * job.perTask);
    for (let i = task * job.perTask; i < end; i++) {
      const constants = job.constants + i * job.degree * columnBytes;
      job.powers.forEach((powers, j) =>
        accumulate(job.targets[i] ?? 0, job.stride, powers, 16, constants + j * columnBytes, job.bytes),
      );
    }
    return true;
  };
}
