import { numberLabels, timeLabels } from "./labels.ts";

/** Pixels of a chart: all of its height, the numbers at its left, and the times below it. */
export const [HEIGHT, LEFT, BOTTOM] = [170, 46, 24];
/** Pixels above the largest value, and between two numbers. */
const [TOP, NUMBER_SPACE] = [8, 30];
/** Pixels that a time of day takes, with its seconds and without. */
const [WITH_SECONDS, WITHOUT_SECONDS] = [76, 48];
const TIME_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 86_400];
/** Steps between two lines: a count has no halves. */
const NUMBER_STEPS = Array.from({ length: 15 }, (_, power) => [1, 2, 5].map((each) => each * 10 ** power)).flat();

export interface Mark {
  readonly text: string;
  /** Pixels from the left for a time, from the top for a number. */
  readonly at: number;
}

/** Positions of a chart's values, and the marks of its axes. */
export interface Axes {
  readonly x: (second: number) => number;
  readonly y: (value: number) => number;
  readonly times: readonly Mark[];
  readonly numbers: readonly Mark[];
}

/** Axes for times in order and values from 0 to `most`, in a chart of a width in pixels. */
export function axesOf(seconds: readonly number[], most: number, width: number): Axes {
  const [first, last] = [seconds[0] ?? 0, seconds.at(-1) ?? 1];
  const top = Math.max(1, most * 1.1);
  const perSecond = (width - LEFT) / Math.max(1, last - first);
  const perUnit = (HEIGHT - BOTTOM - TOP) / top;
  const x = (second: number): number => LEFT + (second - first) * perSecond;
  const y = (value: number): number => HEIGHT - BOTTOM - value * perUnit;
  const timeStep = TIME_STEPS.find((step) => step * perSecond >= spaceOf(step)) ?? last - first + 1;
  const numberStep = NUMBER_STEPS.find((step) => step * perUnit >= NUMBER_SPACE) ?? top;
  const half = spaceOf(timeStep) / 2;
  const times = multiples(timeStep, first, last).filter((second) => x(second) >= half && x(second) <= width - half);
  const numbers = multiples(numberStep, 0, top);
  return {
    x,
    y,
    times: timeLabels(times, timeStep).map((text, i) => ({ text, at: x(times[i] ?? 0) })),
    numbers: numberLabels(numbers, numberStep).map((text, i) => ({ text, at: y(numbers[i] ?? 0) })),
  };
}

function spaceOf(step: number): number {
  return step % 60 === 0 ? WITHOUT_SECONDS : WITH_SECONDS;
}

function multiples(step: number, from: number, to: number): readonly number[] {
  const first = Math.ceil(from / step) * step;
  return Array.from({ length: Math.max(0, Math.floor((to - first) / step) + 1) }, (_, i) => first + i * step);
}

/** Path of a curve in steps, each up to its time, with a gap for each null. */
export function stepsOf(seconds: readonly number[], values: readonly (number | null)[], { x, y }: Pick<Axes, "x" | "y">): string {
  let isDrawn = false;
  const parts = values.map((value, i) => {
    const [from, to] = [x(seconds[i - 1] ?? seconds[i] ?? 0), x(seconds[i] ?? 0)];
    const begins = isDrawn ? "" : `M${from} ${y(value ?? 0)}`;
    isDrawn = value !== null;
    return value === null ? "" : `${begins}V${y(value)}H${to}`;
  });
  return parts.join("");
}
