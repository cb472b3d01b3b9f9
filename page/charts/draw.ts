// First: what is behind it reads the language while it is loaded.
import "./language.ts";
import UPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { numberLabels, timeLabels } from "./labels.ts";
import type { Curve } from "./measures.ts";

/** Style sheet next to this script, because the page's policy accepts styles from its server only. */
const STYLE = "/charts.css";
const HEIGHT = 170;
/** Pixels that a time of day takes, with its seconds and without. */
const [WITH_SECONDS, WITHOUT_SECONDS] = [76, 44];
/** Between two lines: what is counted has no halves. */
const STEPS = Array.from({ length: 15 }, (_, power) => [1, 2, 5].map((each) => each * 10 ** power)).flat();

/** Chart on the page, until its end. */
export interface DrawnChart {
  show(seconds: readonly number[], curves: readonly Curve[]): void;
  end(): void;
}

/** A chart of numbers over time in an element, as wide as that is, in the page's colours. */
export async function drawChart(element: HTMLElement, kind: "steps" | "points"): Promise<DrawnChart> {
  await styled();
  let chart: UPlot | undefined;
  let drawn = "";
  let shown: UPlot.AlignedData = [[]];
  const width = (): number => Math.max(200, element.clientWidth);
  const begin = (curves: readonly Curve[]): void => {
    chart?.destroy();
    chart = new UPlot(optionsOf(curves, kind, width()), shown, element);
  };
  const observer = new ResizeObserver(() => chart?.setSize({ width: width(), height: HEIGHT }));
  observer.observe(element);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const recolour = (): void => chart?.redraw(false, true);
  dark.addEventListener("change", recolour);
  return {
    show(seconds, curves) {
      shown = [[...seconds], ...curves.map(({ values }) => [...values])];
      const names = JSON.stringify(curves.map(({ name }) => name));
      if (names !== drawn || chart === undefined) begin(curves);
      else chart.setData(shown);
      drawn = names;
    },
    end() {
      observer.disconnect();
      dark.removeEventListener("change", recolour);
      chart?.destroy();
    },
  };
}

function optionsOf(curves: readonly Curve[], kind: "steps" | "points", width: number): UPlot.Options {
  const axis: UPlot.Axis = {
    stroke: () => colour("--quiet"),
    grid: { stroke: () => colour("--line"), width: 1 },
    ticks: { show: false },
    size: 46,
  };
  return {
    ...{ width, height: HEIGHT },
    // The table below the chart has the values at the pointer, for all readers.
    legend: { show: false },
    cursor: { show: false },
    scales: { y: { range: (_chart, _least, most) => [0, Math.max(1, most * 1.1)] } },
    axes: [
      { ...axis, size: 28, space: timeSpace, values: (_chart, seconds, _axis, _space, step) => [...timeLabels(seconds, step)] },
      { ...axis, incrs: STEPS, values: (_chart, numbers, _axis, _space, step) => [...numberLabels(numbers, step)] },
    ],
    series: [{}, ...curves.map(({ lane }) => seriesOf(lane, kind))],
  };
}

function timeSpace(_chart: UPlot, _axis: number, first: number, last: number, pixels: number): number {
  return ((last - first) / pixels) * WITH_SECONDS < 60 ? WITH_SECONDS : WITHOUT_SECONDS;
}

function seriesOf(lane: number, kind: "steps" | "points"): UPlot.Series {
  const stroke = (): string => colour(`--lane-${lane % 8}`);
  const { stepped } = UPlot.paths;
  if (kind === "points" || stepped === undefined)
    return { stroke, points: { show: true, size: 7, fill: stroke }, paths: () => null };
  return { stroke, width: 2, points: { show: false }, paths: stepped({ align: 1 }) };
}

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name);
}

/**
 * Waits for the style, because a chart without it is measured wrong. Rejects if the server does not answer.
 */
function styled(): Promise<void> {
  if (document.querySelector(`link[href="${STYLE}"]`) !== null) return style;
  const link = document.createElement("link");
  style = new Promise((resolve, reject) => {
    link.addEventListener("load", () => resolve());
    link.addEventListener("error", () => reject(new Error(`${STYLE} did not come`)));
  });
  link.rel = "stylesheet";
  link.href = STYLE;
  document.head.append(link);
  return style;
}

let style: Promise<void> = Promise.resolve();
