import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { useActivity } from "../activity.ts";
import { useEcosystem } from "../ecosystem.ts";
import { clockTime, count } from "../format.ts";
import { timeOf, type Activity } from "../happenings.ts";
import { useNow } from "../now.ts";
import { useChainName } from "../parts/links.tsx";
import { to, useLinkState } from "../route.ts";
import { bundlesOf } from "./bundles.ts";
import { batchSpans, landings, lanesOf, messageLines, stageMarks, unreadSpans } from "./lanes.ts";
import { Listed, type Shown } from "./listed.tsx";
import { BatchMarks, BlockMarks, LandingMarks, StageMarks, UnreadMarks } from "./marks.tsx";
import { MessageLines, OpenLines, SLOT } from "./message-lines.tsx";
import { fittingSpan, scaleOf, SPANS, type Scale } from "./scale.ts";

/** Pixels that a time of day takes, and what may be between two. */
const TICK_WIDTH = 78;
const TICKS_MS = [5, 10, 30, 60, 120, 300, 600, 900, 1_800].map((seconds) => seconds * 1_000);
/** Maximum letters of a name next to a lane. */
const [LETTERS, NARROW_LETTERS] = [12, 8];

/** L1, each hub and each chain as a lane in which time runs: blocks, batches by stage, messages from lane to lane, proofs as they grow. */
export function Picture() {
  const { info } = useEcosystem();
  const activity = useActivity();
  const nameOf = useChainName();
  const [state, setState] = useLinkState();
  const { ref, width } = useWidth();
  const [paused, pause] = useState<number>();
  const now = useNow();
  const asked = state.get("span") ?? "";
  // Links come from strangers too: "constructor" is in every object.
  const span = Object.hasOwn(SPANS, asked) ? asked : fittingSpan(oldestTime(activity), paused ?? now);
  const lanes = useMemo(() => lanesOf(info), [info]);
  const scale = scaleOf(paused ?? now, Number(span) * 1_000, width, lanes);
  const shown = useShown(scale);
  const allUnread = useMemo(() => unreadSpans(activity, info), [activity, info]);
  const unread = allUnread.filter((span) => span.to > scale.first && scale.y(span.chainId) !== undefined);
  return (
    <section class="picture" aria-labelledby="picture">
      <div class="bar">
        <h2 id="picture">What happens</h2>
        <div class="segments" role="group" aria-label="time that is shown">
          {Object.entries(SPANS).map(([seconds, words]) => (
            <button key={seconds} aria-pressed={seconds === span} onClick={() => setState("span", seconds)}>
              {words}
            </button>
          ))}
        </div>
        <button aria-pressed={paused !== undefined} onClick={() => pause(paused === undefined ? now : undefined)}>
          {paused === undefined ? "Hold still" : "Resume"}
        </button>
        <Legend />
      </div>
      <div ref={ref} class="canvas">
        <svg width={width} height={scale.height} aria-hidden="true">
          {lanes.map(({ name, chainId }, i) => (
            <g key={chainId} class={`lane lane-${i % 8}`}>
              <line class="rail" x1={scale.label} x2={width} y1={scale.y(chainId)} y2={scale.y(chainId)} />
              <a href={chainId < 0 ? to("hubs", name) : to(name)} tabindex={-1}>
                <text class="name" x={0} y={(scale.y(chainId) ?? 0) - 2}>
                  {clipped(name, scale)}
                </text>
                <text class="note" x={0} y={(scale.y(chainId) ?? 0) + 13}>
                  {chainId < 0 ? "hub" : `block ${count(activity.get(chainId)?.at(-1)?.number ?? 0)}`}
                </text>
              </a>
            </g>
          ))}
          <svg x={scale.label} width={scale.plot} height={scale.height}>
            <g transform={`translate(${scale.shift})`}>
              <UnreadMarks spans={unread} scale={scale} />
              <Marks shown={shown} scale={scale} />
              <Axis scale={scale} />
            </g>
          </svg>
        </svg>
      </div>
      {unread.length > 0 && (
        <p class="quiet small">
          Hatched is what was not read, beside users' transactions:{" "}
          {unread.map(({ chainId, before }) => `blocks of ${nameOf(chainId)} before ${count(before)}`).join(", ")}.
        </p>
      )}
      <Listed shown={shown} nameOf={nameOf} />
    </section>
  );
}

function oldestTime(activity: Activity): number {
  return Math.min(...[...activity.values()].flatMap(([oldest]) => (oldest === undefined ? [] : [timeOf(oldest)])));
}

function clipped(name: string, { label }: Scale): string {
  const most = label < 80 ? NARROW_LETTERS : LETTERS;
  return name.length > most ? `${name.slice(0, most - 1)}…` : name;
}

/** Content of the picture: all that overlaps with the visible time. */
function useShown({ drawnFrom, y }: Scale): Shown {
  const { info, status, messages } = useEcosystem();
  const activity = useActivity();
  const blocks = useMemo(
    () =>
      [...activity.values()].flatMap((each) =>
        each.filter((block) => timeOf(block) >= drawnFrom && y(block.chainId) !== undefined),
      ),
    [activity, drawnFrom, info],
  );
  const allSpans = useMemo(() => batchSpans(activity, status), [activity, status]);
  const spans = useMemo(() => allSpans.filter(({ to: end }) => end >= drawnFrom), [allSpans, drawnFrom]);
  const allMarks = useMemo(() => stageMarks(activity, info), [activity, info]);
  const marks = useMemo(() => allMarks.filter(({ at }) => at >= drawnFrom), [allMarks, drawnFrom]);
  const allLanded = useMemo(() => landings(activity, info), [activity, info]);
  const landed = useMemo(() => allLanded.filter(({ at }) => at >= drawnFrom), [allLanded, drawnFrom]);
  const allLines = useMemo(() => messageLines(activity, messages.messages), [activity, messages]);
  const lines = useMemo(
    () =>
      allLines.filter(
        ({ stops, message }) =>
          ((stops.at(-1)?.at ?? 0) >= drawnFrom || message.waitingFor !== undefined) && y(message.sourceChainId) !== undefined,
      ),
    [allLines, drawnFrom, info],
  );
  return useMemo(() => ({ blocks, spans, marks, landed, lines }), [blocks, spans, marks, landed, lines]);
}

/** Marks that are drawn once for each change of the content: as time runs they only move. */
function Marks({ shown: { blocks, spans, marks, landed, lines }, scale }: { readonly shown: Shown; readonly scale: Scale }) {
  const { info } = useEcosystem();
  const nameOf = useChainName();
  const lanes = useMemo(() => lanesOf(info), [info]);
  const fixed = [scale.perMs, scale.origin, info];
  const bundles = useMemo(() => bundlesOf(lines, SLOT / scale.perMs), [lines, scale.perMs]);
  const drawnBlocks = useMemo(
    () =>
      lanes.map(({ name, chainId }, i) => (
        <g key={chainId} class={`lane lane-${i % 8}`}>
          <BatchMarks spans={spans.filter((each) => each.chainId === chainId)} chain={name} scale={scale} />
          <BlockMarks blocks={blocks.filter((each) => each.chainId === chainId)} chain={name} scale={scale} />
        </g>
      )),
    [blocks, spans, ...fixed],
  );
  const drawnMarks = useMemo(() => {
    const laneOf = (chainId: number): number => lanes.findIndex((each) => each.chainId === chainId);
    return <StageMarks marks={marks} scale={scale} laneOf={laneOf} nameOf={nameOf} />;
  }, [marks, ...fixed]);
  const drawnLanded = useMemo(() => <LandingMarks landed={landed} scale={scale} nameOf={nameOf} />, [landed, ...fixed]);
  const drawnLines = useMemo(() => <MessageLines bundles={bundles} scale={scale} nameOf={nameOf} />, [bundles, ...fixed]);
  return (
    <>
      {drawnBlocks}
      {drawnMarks}
      {drawnLanded}
      <OpenLines bundles={bundles} scale={scale} />
      {drawnLines}
    </>
  );
}

function Axis({ scale: { x, first, last, perMs, plot, height } }: { readonly scale: Scale }) {
  const fit = Math.max(2, Math.floor(plot / TICK_WIDTH));
  const step = TICKS_MS.find((each) => (last - first) / each <= fit) ?? last - first;
  const from = Math.ceil((first + 28 / perMs) / step) * step;
  const ticks = Array.from({ length: fit + 1 }, (_, i) => from + i * step).filter((at) => at <= last - 22 / perMs);
  return (
    <g class="axis">
      {ticks.map((at) => (
        <text key={at} x={x(at)} y={height - 6}>
          {clockTime(at)}
        </text>
      ))}
    </g>
  );
}

function Legend() {
  return (
    <p class="legend">
      {(["open", "sealed", "committed", "proven", "executed"] as const).map((stage) => (
        <span key={stage}>
          <svg width="16" height="8" aria-hidden="true">
            <rect class={`batch stage-${stage}`} x="0.5" y="0.5" width="15" height="7" rx="3.5" />
          </svg>{" "}
          {stage}
        </span>
      ))}
    </p>
  );
}

function useWidth() {
  const ref = useRef<HTMLDivElement>(null);
  const [width, set] = useState(900);
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return undefined;
    set(element.clientWidth);
    const observer = new ResizeObserver(() => set(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { ref, width };
}
