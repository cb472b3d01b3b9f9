import { useEffect, useRef, useState } from "preact/hooks";
import type { DrawnChart, drawChart as DrawChartFunction } from "../charts/draw.ts";
import type { Measured } from "../charts/measures.ts";
import { clockTime } from "../format.ts";
import { Table } from "./layout.tsx";

type DrawChart = typeof DrawChartFunction;

/** Script that draws charts, which only pages with a chart load. */
const DRAWS = "/charts.js";
/** Rows of the table that says the same. */
const MOST_ROWS = 30;

export interface ChartProps {
  readonly title: string;
  /** Text of the unit of the numbers. */
  readonly unit: string;
  readonly measured: Measured;
  readonly kind: "steps" | "points";
  /** Instead of a chart without numbers. */
  readonly empty: string;
}

/** Numbers over time, drawn, and as a table. */
export function Chart({ title, unit, measured, kind, empty }: ChartProps) {
  const { seconds, curves } = measured;
  const isEmpty = curves.length === 0 || seconds.length === 0;
  return (
    <figure class="chart" aria-label={title}>
      <figcaption>
        <strong>{title}</strong> <span class="quiet">{unit}</span>
        <span class="keys">
          {curves.map(({ name, lane }) => (
            <span key={name} class={`key lane-${lane % 8}`}>
              {name}
            </span>
          ))}
        </span>
      </figcaption>
      {isEmpty ? <p class="quiet">{empty}</p> : <Drawn measured={measured} kind={kind} />}
      {!isEmpty && (
        <details>
          <summary>as a table</summary>
          <Table
            caption={`${title}, ${unit}, the newest first`}
            columns={["until", ...curves.map(({ name }) => name)]}
            empty=""
            rows={seconds
              .map((second, i) => ({
                key: String(second),
                cells: [
                  clockTime(second * 1_000),
                  ...curves.map(({ values }) => values[i]?.toLocaleString("en", { maximumFractionDigits: 1 }) ?? "–"),
                ],
              }))
              .slice(-MOST_ROWS)
              .toReversed()}
          />
        </details>
      )}
    </figure>
  );
}

function Drawn({ measured, kind }: Pick<ChartProps, "measured" | "kind">) {
  const place = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<DrawnChart>();
  const [refused, refuse] = useState<string>();
  useEffect(() => {
    let drawn: DrawnChart | undefined;
    let isGone = false;
    const draw = async (): Promise<void> => {
      const { drawChart } = (await import(DRAWS)) as { readonly drawChart: DrawChart };
      if (place.current === null || isGone) return;
      drawn = await drawChart(place.current, kind);
      if (isGone) drawn.end();
      else setChart(drawn);
    };
    draw().catch((error: unknown) => refuse(error instanceof Error ? error.message : String(error)));
    return () => {
      isGone = true;
      drawn?.end();
    };
  }, [kind]);
  useEffect(() => chart?.show(measured.seconds, measured.curves), [chart, measured]);
  return (
    <>
      {refused !== undefined && <p class="bad">The chart cannot be drawn: {refused}</p>}
      <div ref={place} class="canvas" aria-hidden="true" />
    </>
  );
}
