import { add, mul, pow } from "../../../field/koala-bear.ts";
import { ScratchLayout } from "../memory/heap.ts";
import { companionOf } from "../../montgomery.ts";
import type { Thread } from "../memory/thread.ts";
import type { JobBase, TaskRunner } from "./task.ts";

/** Positions whose points share their sixteenth power: the remainder modulo X^16 − c serves them all. */
export const RUN = 16;

/**
 * Values of columns at points, a few columns per task, in sequence. A column's remainder modulo X^2m − c²
 * splits into those modulo X^m − c and X^m + c, so that points share their common part; a remainder for a
 * single point is folded.
 */
export interface RowsJob extends JobBase {
  readonly kind: "rows";
  readonly classes: readonly RowsClass[];
  /** One per task. */
  readonly groups: readonly {
    readonly ofClass: number;
    /** Addresses of coefficients, and where in a row their values go. */
    readonly columns: readonly number[];
    readonly firstColumn: number;
  }[];
}

/** Columns of one height, and where they are evaluated. */
export interface RowsClass {
  /** log2 of the coefficients of a column, at least 4. */
  readonly logRows: number;
  readonly runs: readonly PointRun[];
}

export interface PointRun {
  /** Up to 16, with one sixteenth power. */
  readonly points: readonly number[];
  /** Address of the values: a row of `width` words per point. */
  readonly target: number;
  readonly width: number;
}

/** A step of the way from a column to its remainders. Places are byte offsets in the scratch, or −1 for the column. */
type Step =
  | { readonly kind: "split"; readonly from: number; readonly bytes: number; readonly plus: number; readonly constant: number }
  | {
      readonly kind: "fold";
      readonly from: number;
      readonly bytes: number;
      readonly run: PointRun;
      readonly constant: number;
      /** Number of points in earlier steps. */
      readonly firstPoint: number;
    };

interface Scratch {
  readonly parts: number;
  readonly remainder: number;
  readonly constants: number;
  /** Powers below the sixteenth of each point, in the steps' order, and their companions. */
  readonly powers: number;
  readonly sums: number;
  readonly end: number;
}

/** Words of a point's powers. */
const POWER_WORDS = 2 * RUN;

/** A column's parts take twice its own size: half of it for each of the two sides, and so on. */
function layOut(job: Pick<RowsJob, "classes">, start: number): Scratch {
  const scratch = new ScratchLayout(start);
  const rows = 2 ** Math.max(...job.classes.map(({ logRows }) => logRows));
  const steps = Math.max(...job.classes.map(({ logRows, runs }) => runs.length * logRows));
  const points = Math.max(...job.classes.map(({ runs }) => runs.reduce((sum, run) => sum + run.points.length, 0)));
  return {
    parts: scratch.take(8 * rows),
    remainder: scratch.take(4 * RUN),
    constants: scratch.take(8 * steps),
    powers: scratch.take(4 * POWER_WORDS * points),
    sums: scratch.take(16),
    end: scratch.end,
  };
}

/** Scratch bytes that each thread needs. */
export function rowsScratchBytes(job: Pick<RowsJob, "classes">): number {
  return layOut(job, 0).end;
}

export function runRows({ kernels, words }: Thread, job: RowsJob, scratchStart: number): TaskRunner {
  const scratch = layOut(job, scratchStart);
  let [planned, steps]: [number, readonly Step[]] = [-1, []];
  return (task) => {
    const group = job.groups[task];
    const own = job.classes[group?.ofClass ?? -1];
    if (group === undefined || own === undefined) throw new Error(`no columns have task ${task}`);
    if (planned !== group.ofClass) {
      [planned, steps] = [group.ofClass, plan(own)];
      const constants = Uint32Array.from(steps.flatMap(({ constant }) => [constant, companionOf(constant)]));
      words.set(constants, scratch.constants / 4);
      const points = steps.flatMap((step) => (step.kind === "fold" ? step.run.points : []));
      points.forEach((point, k) => words.set(powersOf(point), scratch.powers / 4 + k * POWER_WORDS));
    }
    group.columns.forEach((column, i) => {
      steps.forEach((step, s) => {
        const from = step.from < 0 ? column : scratch.parts + step.from;
        const constant = scratch.constants + 8 * s;
        if (step.kind === "split") {
          const plus = scratch.parts + step.plus;
          kernels.splitColumn(from, step.bytes, constant, plus, plus + step.bytes);
          return;
        }
        kernels.foldColumn(from, step.bytes, constant, scratch.remainder);
        const { points, target, width } = step.run;
        for (let k = 0; k < points.length; k++) {
          const powers = scratch.powers + 4 * POWER_WORDS * (step.firstPoint + k);
          kernels.dot(scratch.remainder, powers, powers + 4 * RUN, scratch.sums, 4 * RUN);
          words[target / 4 + k * width + group.firstColumn + i] = sumOfLanes(words, scratch.sums / 4);
        }
      });
    });
    return true;
  };
}

/** Depth first: the parts of one side are used up before those of the other are needed. */
function plan({ logRows, runs }: RowsClass): Step[] {
  const steps: Step[] = [];
  let pointCount = 0;
  const reach = (group: readonly PointRun[], from: number, size: number, free: number): void => {
    const [first] = group;
    if (first === undefined) return;
    const [point = 0] = first.points;
    if (group.length === 1 || size === RUN) {
      for (const run of group) {
        steps.push({ kind: "fold", from, bytes: 4 * size, run, constant: pow(point, RUN), firstPoint: pointCount });
        pointCount += run.points.length;
      }
      return;
    }
    const half = size / 2;
    const constant = pow(point, half);
    const [same, opposite]: [PointRun[], PointRun[]] = [[], []];
    for (const run of group) (pow(run.points[0] ?? 0, half) === constant ? same : opposite).push(run);
    steps.push({ kind: "split", from, bytes: 4 * half, plus: free, constant });
    reach(same, free, half, free + 4 * size);
    reach(opposite, free + 4 * half, half, free + 4 * size);
  };
  // The points of different cosets differ in their highest power.
  const cosets = Map.groupBy(runs, ({ points }) => pow(points[0] ?? 0, 2 ** logRows));
  for (const own of cosets.values()) reach(own, -1, 2 ** logRows, 0);
  return steps;
}

/** A point's powers below the sixteenth, and their companions. */
function powersOf(point: number): Uint32Array {
  const words = new Uint32Array(POWER_WORDS);
  for (let [i, power] = [0, 1]; i < RUN; i++, power = mul(power, point)) {
    words[i] = power;
    words[RUN + i] = companionOf(power);
  }
  return words;
}

function sumOfLanes(words: Uint32Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = [words[at], words[at + 1], words[at + 2], words[at + 3]];
  return add(add(a, b), add(c, d));
}
