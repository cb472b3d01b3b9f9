import { inv } from "../../../field/koala-bear.ts";
import { interpolate } from "../../reference/ntt.ts";
import { ScratchLayout } from "../memory/heap.ts";
import { toMontgomery } from "../../montgomery.ts";
import type { Thread } from "../memory/thread.ts";
import { SMALLEST_LOG_SIZE, transform } from "../memory/transforms.ts";
import type { JobBase, TaskRunner } from "./task.ts";

/**
 * Coefficients of one column per task from its values on ⟨ω⟩ or on a coset of it. The transform of the values, read as
 * coefficients, holds n times coefficient k at the position of ω^−k, so one more gather completes the inverse.
 */
export interface InterpolateJob extends JobBase {
  readonly kind: "interpolate";
  readonly logSize: number;
  readonly sources: readonly number[];
  readonly targets: readonly number[];
  /** Offsets that bring the values into natural order, or undefined when they are. */
  readonly naturalOrder: number | undefined;
  /** Offsets of position bitrev(−k mod n) for every k. */
  readonly inverseOrder: number;
  /** Values and companions of shift^−k/n, or undefined for the subgroup itself. */
  readonly unshift: { readonly values: number; readonly companions: number } | undefined;
}

/** Values on fewer points than a transform takes are interpolated by the reference code; only the subgroup may be so small. */
function layOut(logSize: number, start: number): { readonly values: number; readonly factor: number; readonly end: number } {
  const scratch = new ScratchLayout(start);
  return { values: scratch.take(4 * 2 ** logSize), factor: scratch.take(16), end: scratch.end };
}

/** Scratch bytes that each thread needs. */
export function interpolateScratchBytes(logSize: number): number {
  return layOut(logSize, 0).end;
}

export function runInterpolate(thread: Thread, job: InterpolateJob, scratchStart: number): TaskRunner {
  const { kernels, words } = thread;
  const { logSize } = job;
  const size = 2 ** logSize;
  const bytes = 4 * size;
  const scratch = layOut(logSize, scratchStart);
  words.fill(toMontgomery(inv(size)), scratch.factor / 4, scratch.factor / 4 + 4);
  return (task) => {
    const source = job.sources[task] ?? 0;
    const target = job.targets[task] ?? 0;
    if (logSize < SMALLEST_LOG_SIZE) {
      words.set(interpolate(words.slice(source / 4, source / 4 + size)), target / 4);
      return true;
    }
    if (job.naturalOrder !== undefined) kernels.gather(scratch.values, source, job.naturalOrder, size);
    else words.copyWithin(scratch.values / 4, source / 4, source / 4 + size);
    transform(thread, job.twiddles, scratch.values, logSize);
    kernels.gather(target, scratch.values, job.inverseOrder, size);
    if (job.unshift === undefined) kernels.mulVectors(target, target, 16, scratch.factor, 0, bytes);
    else kernels.scaleVectors(target, target, job.unshift.values, job.unshift.companions, bytes);
    return true;
  };
}
