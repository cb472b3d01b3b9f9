import { useMemo } from "preact/hooks";
import { axesOf, HEIGHT, LEFT, stepsOf } from "../charts/axes.ts";
import type { Measured } from "../charts/measures.ts";
import { clockTime } from "../format.ts";
import { useWidth } from "../width.ts";
import { Table } from "./layout.tsx";

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
          <summary>As a table</summary>
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

/** Curves in steps, or points, over the lines of both axes; the table has the values for all readers. */
function Drawn({ measured: { seconds, curves }, kind }: Pick<ChartProps, "measured" | "kind">) {
  const { ref, width } = useWidth();
  const most = Math.max(0, ...curves.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const axes = useMemo(() => axesOf(seconds, most, width), [seconds, most, width]);
  const { x, y, times, numbers } = axes;
  return (
    <div ref={ref} class="canvas">
      <svg width={width} height={HEIGHT} aria-hidden="true">
        {numbers.map(({ text, at }) => (
          <g key={text}>
            <line class="line" x1={LEFT} x2={width} y1={at} y2={at} />
            <text class="number" x={LEFT - 8} y={at + 4}>
              {text}
            </text>
          </g>
        ))}
        {times.map(({ text, at }) => (
          <text key={text} x={at} y={HEIGHT - 6}>
            {text}
          </text>
        ))}
        {curves.map(({ name, lane, values }) => (
          <g key={name} class={`curve lane-${lane % 8}`}>
            {kind === "steps" ? (
              <path d={stepsOf(seconds, values, axes)} />
            ) : (
              values.map((value, i) => value !== null && <circle key={i} cx={x(seconds[i] ?? 0)} cy={y(value)} r={3.5} />)
            )}
          </g>
        ))}
      </svg>
    </div>
  );
}
