import { useMemo, useState } from "preact/hooks";
import { useActivity } from "../activity.ts";
import { useEcosystem } from "../ecosystem.ts";
import { clockTime, count } from "../format.ts";
import { timeOf, type Activity } from "../happenings.ts";
import { useNow } from "../now.ts";
import { useChainName } from "../parts/links.tsx";
import { Meter } from "../parts/meter.tsx";
import { chainShape } from "../parts/rail.tsx";
import { Glyph, Icon, laneOf, Shape } from "../parts/shape.tsx";
import { to, useLinkState } from "../route.ts";
import { useWidth } from "../width.ts";
import { bundlesOf } from "./bundles.ts";
import { batchSpans, landings, lanesOf, messageLines, stageMarks, unreadSpans, type Lane } from "./lanes.ts";
import { Lists, type Shown } from "./listed.tsx";
import { BatchMarks, BlockMarks, LandingMarks, StageMarks, UnreadMarks } from "./marks.tsx";
import { MessageLines, OpenLines, SLOT } from "./message-lines.tsx";
import { fittingSpan, scaleOf, SPANS, type Scale } from "./scale.ts";

/** Pixels that a time of day takes, and what may be between two. */
const TICK_WIDTH = 78;
const TICKS_MS = [5, 10, 30, 60, 120, 300, 600, 900, 1_800].map((seconds) => seconds * 1_000);
/** Maximum chains with a lane. */
const MOST_CHAINS = 8;

/** L1, each hub and each chain as a lane in which time runs: blocks, batches by stage, messages from lane to lane, proofs as they grow. */
export function Picture({ pausedAt }: { readonly pausedAt: number | undefined }) {
  const { info } = useEcosystem();
  const activity = useActivity();
  const nameOf = useChainName();
  const [state, setState] = useLinkState();
  const { ref, width } = useWidth();
  const [isListed, list] = useState(false);
  const clock = useNow();
  const now = pausedAt ?? clock;
  const asked = state.get("span") ?? "";
  // Links come from strangers too: "constructor" is in every object.
  const span = Object.hasOwn(SPANS, asked) ? asked : fittingSpan(oldestTime(activity), now);
  const { lanes, hidden, showAll } = useShownLanes();
  const scale = scaleOf(now, Number(span) * 1_000, width, lanes);
  const shown = useShown(scale);
  const allUnread = useMemo(() => unreadSpans(activity, info), [activity, info]);
  const unread = allUnread.filter((span) => span.to > scale.first && scale.y(span.chainId) !== undefined);
  const isFolded = state.has("fold");
  return (
    <section class={isFolded ? "picture folded" : "picture"} aria-labelledby="picture">
      <h2 id="picture" class="sr">
        What happens
      </h2>
      <div class="lanes">
        <ol aria-label="lanes">
          {lanes.map((lane) => (
            <LaneFacts key={lane.chainId} {...lane} />
          ))}
        </ol>
        <div ref={ref} class="canvas">
          <svg width={width} height={scale.height} aria-hidden="true">
            {lanes.map(({ chainId }) => (
              <line key={chainId} class="line" x1={0} x2={width} y1={scale.y(chainId)} y2={scale.y(chainId)} />
            ))}
            <g transform={`translate(${scale.shift})`}>
              <UnreadMarks spans={unread} nameOf={nameOf} scale={scale} />
              <Marks content={shown} scale={scale} lanes={lanes} />
              <Axis scale={scale} />
            </g>
          </svg>
        </div>
        <div class="axis">
          <Spans chosen={span} onChoose={(seconds) => setState("span", seconds)} />
          {hidden > 0 && (
            <button class="bare" onClick={showAll}>
              {count(hidden)} more
            </button>
          )}
          <button
            class="bare"
            aria-expanded={!isFolded}
            aria-keyshortcuts="p"
            onClick={() => setState("fold", isFolded ? undefined : "1")}
          >
            {isFolded ? "Unfold" : "Fold"}
          </button>
          <button class="bare" aria-expanded={isListed} title="The same as lists" onClick={() => list(!isListed)}>
            List
          </button>
        </div>
      </div>
      {isListed && <Lists content={shown} unread={unread} nameOf={nameOf} />}
    </section>
  );
}

interface SpansProps {
  readonly chosen: string;
  readonly onChoose: (seconds: string) => void;
}

/** Buttons for the time that the lanes show. */
function Spans({ chosen, onChoose }: SpansProps) {
  return (
    <div class="segments" role="group" aria-label="time that is shown">
      {Object.entries(SPANS).map(([seconds, words]) => (
        <button key={seconds} title={words} aria-pressed={seconds === chosen} onClick={() => onChoose(seconds)}>
          {words.slice(0, words.indexOf(" ") + 2)}
        </button>
      ))}
    </div>
  );
}

/** Visible lanes: of many chains, L1 and the last to act before the page was opened. */
function useShownLanes() {
  const { info } = useEcosystem();
  const activity = useActivity();
  const [isAll, showAll] = useState(false);
  const all = useMemo(() => lanesOf(info), [info]);
  const isKnown = activity.size > 0;
  const lanes = useMemo(() => {
    if (isAll || info.chains.length <= MOST_CHAINS) return all;
    const actedAt = ({ chainId }: Lane): number =>
      activity.get(chainId)?.findLast(({ transactions }) => transactions.some(({ by }) => by === "user"))?.timestamp ?? 0;
    const latest = info.chains.toSorted((a, b) => actedAt(b) - actedAt(a)).slice(0, MOST_CHAINS);
    const chosen = new Set(latest.map(({ chainId }) => chainId));
    return all.filter(({ chainId }) => chainId < 0 || chainId === info.l1.chainId || chosen.has(chainId));
  }, [all, isAll, isKnown]);
  return { lanes, hidden: all.length - lanes.length, showAll: () => showAll(true) };
}

/** Lane's name, state, newest block, and the stage of its oldest batch that is not executed. */
function LaneFacts({ name, chainId }: Lane) {
  const { info, status } = useEcosystem();
  const activity = useActivity();
  const chain = status.chains.find((each) => each.chainId === chainId);
  const isHub = chainId < 0;
  const { kind, shape, label } = chainShape(chain);
  return (
    <li class={`lane lane-${isHub ? 0 : laneOf(info, chainId)}`}>
      {isHub ? <Icon name="batches" /> : <Glyph chainId={chainId} />}
      <a class="name" href={isHub ? to("hubs", name) : to(name)}>
        {name}
      </a>
      <span class={`mark ${kind}`} title={label}>
        <Shape name={shape} label={label} />
      </span>
      <span class="number" title="newest block">
        {isHub ? "hub" : count(chain?.blockNumber ?? activity.get(chainId)?.at(-1)?.number ?? 0)}
      </span>
      {chain === undefined ? <span /> : <Meter chain={chain} />}
    </li>
  );
}

function oldestTime(activity: Activity): number {
  return Math.min(...[...activity.values()].flatMap(([oldest]) => (oldest === undefined ? [] : [timeOf(oldest)])));
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

interface MarksProps {
  readonly content: Shown;
  readonly scale: Scale;
  readonly lanes: readonly Lane[];
}

/** Marks that are drawn once for each change of the content: as time runs they only move. */
function Marks({ content: { blocks, spans, marks, landed, lines }, scale, lanes }: MarksProps) {
  const { info } = useEcosystem();
  const nameOf = useChainName();
  const fixed = [scale.perMs, scale.origin, info, lanes];
  const bundles = useMemo(() => bundlesOf(lines, SLOT / scale.perMs), [lines, scale.perMs]);
  const drawnBlocks = useMemo(
    () =>
      lanes.map(({ name, chainId }) => (
        <g key={chainId} class={`lane-${laneOf(info, chainId)}`}>
          <BatchMarks spans={spans.filter((each) => each.chainId === chainId)} chain={name} scale={scale} />
          <BlockMarks blocks={blocks.filter((each) => each.chainId === chainId)} chain={name} scale={scale} />
        </g>
      )),
    [blocks, spans, ...fixed],
  );
  const drawnMarks = useMemo(() => {
    return <StageMarks marks={marks} scale={scale} laneOf={(chainId) => laneOf(info, chainId)} nameOf={nameOf} />;
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
  // The buttons at the left may reach a little into the axis.
  const from = Math.ceil((first + 64 / perMs) / step) * step;
  const ticks = Array.from({ length: fit + 1 }, (_, i) => from + i * step).filter((at) => at <= last - 22 / perMs);
  return (
    <g class="axis">
      {ticks.map((at) => (
        <text key={at} x={x(at)} y={height - 8}>
          {clockTime(at)}
        </text>
      ))}
    </g>
  );
}
