import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { useActivity } from "../activity.ts";
import { timeOf } from "../happenings.ts";
import type { MessageInfo } from "../answers.ts";
import { useEcosystem } from "../ecosystem.ts";
import { clockTime, plural } from "../format.ts";
import { batchSpans, messageLines, stageMarks } from "../lanes.ts";
import type { BatchSpan, Line } from "../lanes.ts";
import { hasArrived, stepWords } from "../message-steps.ts";
import { useNow } from "../now.ts";
import { PHASES, phaseWords } from "../proof-phases.ts";
import { to, useLinkState } from "../route.ts";
import { useChainName } from "./links.tsx";

/** Seconds that the picture can show, and what each is called. */
const SPANS = { "60": "1 minute", "600": "10 minutes", "3600": "1 hour" } as const;
const DEFAULT_SPAN = "600";
const LANE = 62;
const LABEL = 92;
const TOP = 8;
const AXIS = 22;
/** Pixels that a time of day takes, and what may be between two. */
const TICK_WIDTH = 78;
const TICKS_MS = [5, 10, 30, 60, 120, 300, 600, 900, 1_800].map((seconds) => seconds * 1_000);
/** Messages that the list names. */
const MOST_LISTED = 40;

interface Scale {
  readonly x: (atMs: number) => number;
  readonly y: (chainId: number) => number | undefined;
  readonly first: number;
  readonly last: number;
}

/** L1 and each chain as a lane in which time runs: blocks, batches by stage, messages from lane to lane, proofs as they grow. */
export function Picture() {
  const { info, status, messages } = useEcosystem();
  const activity = useActivity();
  const [state, setState] = useLinkState();
  const { ref, width } = useWidth();
  const asked = state.get("span") ?? DEFAULT_SPAN;
  const span = asked in SPANS ? asked : DEFAULT_SPAN;
  const [paused, pause] = useState<number>();
  const now = useNow();
  const last = paused ?? now;
  const lanes = [info.l1, ...info.chains];
  const rows = new Map(lanes.map(({ chainId }, i) => [chainId, i] as const));
  const scale = useMemo((): Scale => {
    const first = last - Number(span) * 1_000;
    const perMs = Math.max(1, width - LABEL - 14) / (last - first);
    return {
      ...{ first, last },
      x: (at) => LABEL + (at - first) * perMs,
      y: (chainId) => {
        const row = rows.get(chainId);
        return row === undefined ? undefined : TOP + row * LANE + LANE / 2;
      },
    };
  }, [last, span, width, lanes.length]);
  const height = TOP + lanes.length * LANE + AXIS;
  const spans = useMemo(() => batchSpans(activity, status), [activity, status]);
  const marks = useMemo(() => stageMarks(activity, info), [activity, info]);
  const lines = useMemo(() => messageLines(activity, messages.messages), [activity, messages]);
  const seen = { spans: spans.filter((each) => each.to >= scale.first), lines: lines.filter(isSeen(scale)) };
  return (
    <section class="picture" aria-labelledby="picture">
      <div class="bar">
        <h2 id="picture">What happens</h2>
        <div class="segments" role="group" aria-label="time that is shown">
          {Object.entries(SPANS).map(([seconds, words]) => (
            <button
              key={seconds}
              aria-pressed={seconds === span}
              onClick={() => setState("span", seconds === DEFAULT_SPAN ? undefined : seconds)}
            >
              {words}
            </button>
          ))}
        </div>
        <button aria-pressed={paused !== undefined} onClick={() => pause(paused === undefined ? now : undefined)}>
          {paused === undefined ? "Hold still" : "Go on"}
        </button>
        <Legend />
      </div>
      <div ref={ref} class="canvas">
        <svg width={width} height={height} aria-hidden="true">
          {lanes.map(({ name, chainId }, i) => (
            <g key={chainId} class={`lane lane-${i % 8}`}>
              <line class="rail" x1={LABEL} x2={width} y1={scale.y(chainId)} y2={scale.y(chainId)} />
              <a href={to(name)} tabindex={-1}>
                <text class="name" x={0} y={(scale.y(chainId) ?? 0) - 2}>
                  {name.length > 12 ? `${name.slice(0, 11)}…` : name}
                </text>
                <text class="note" x={0} y={(scale.y(chainId) ?? 0) + 13}>
                  block {(activity.get(chainId)?.at(-1)?.number ?? 0).toLocaleString("en")}
                </text>
              </a>
              <Spans spans={seen.spans.filter((each) => each.chainId === chainId)} chain={name} scale={scale} />
              <Blocks chain={name} chainId={chainId} scale={scale} />
            </g>
          ))}
          {marks.map(({ on, chainId, batch, stage, at, hash }) => {
            const [x, y] = [scale.x(at), scale.y(on)];
            const chain = info.chains.find((each) => each.chainId === chainId)?.name ?? "";
            const layer = lanes.find((each) => each.chainId === on)?.name ?? "";
            if (y === undefined || x < LABEL) return null;
            return (
              <a key={`${hash}${chainId}${batch}${stage}`} href={to(chain, "batch", batch)} tabindex={-1}>
                <path
                  class={`mark stage-${stage} lane-${(rows.get(chainId) ?? 0) % 8}`}
                  d={`M${x} ${y - 19}l4.5 4.5l-4.5 4.5l-4.5-4.5z`}
                >
                  <title>{`${layer} has ${STAGE_DONE[stage]} batch ${batch} of ${chain}`}</title>
                </path>
              </a>
            );
          })}
          {seen.lines.map((line) => (
            <MessageLine key={`${line.message.sourceChainId}${line.message.messageHash}`} line={line} scale={scale} />
          ))}
          <Axis scale={scale} y={height - 6} />
        </svg>
      </div>
      <Listed {...seen} />
    </section>
  );
}

const STAGE_DONE = { committed: "committed", proven: "accepted the proof of", executed: "executed" } as const;

function isSeen({ first, y }: Scale) {
  return ({ stops, message }: Line): boolean =>
    ((stops.at(-1)?.at ?? 0) >= first || message.waitingFor !== undefined) && y(message.sourceChainId) !== undefined;
}

function Blocks({ chain, chainId, scale }: { readonly chain: string; readonly chainId: number; readonly scale: Scale }) {
  const blocks = (useActivity().get(chainId) ?? []).filter(
    (block) => timeOf(block) >= scale.first && timeOf(block) <= scale.last,
  );
  const y = scale.y(chainId) ?? 0;
  return (
    <>
      {blocks.map((block) => {
        const users = block.transactions.filter(({ by }) => by === "user");
        const isFailed = users.some(({ succeeded }) => !succeeded);
        const tall = users.length === 0 ? 5 : Math.min(26, 10 + 3 * users.length);
        return (
          <a key={block.number} href={to(chain, "block", block.number)} tabindex={-1}>
            <rect
              class={users.length === 0 ? "block own" : isFailed ? "block failed" : "block"}
              x={scale.x(timeOf(block)) - 1.5}
              y={y - tall / 2}
              width={users.length === 0 ? 2 : 3.5}
              height={tall}
              rx={1}
            >
              <title>{`${chain}, block ${block.number}: ${plural(users.length, "transaction")} of users${isFailed ? ", one failed" : ""}`}</title>
            </rect>
          </a>
        );
      })}
    </>
  );
}

function Spans({ spans, chain, scale }: { readonly spans: readonly BatchSpan[]; readonly chain: string; readonly scale: Scale }) {
  return (
    <>
      {spans.map((span) => {
        const from = Math.max(LABEL, scale.x(span.from) - 4);
        const wide = Math.max(8, scale.x(Math.min(span.to, scale.last)) + 4 - from);
        const y = (scale.y(span.chainId) ?? 0) + 16;
        return (
          <a key={span.number} href={span.stage === "open" ? to(chain) : to(chain, "batch", span.number)} tabindex={-1}>
            <rect class={`batch stage-${span.stage}`} x={from} y={y} width={wide} height={7} rx={3.5}>
              <title>{batchWords(chain, span)}</title>
            </rect>
            {span.proving !== undefined && (
              <rect class="proving" x={from} y={y + 9} width={wide * grown(span.proving)} height={2.5} rx={1.25} />
            )}
          </a>
        );
      })}
    </>
  );
}

/** How much of a proof is made, by its phase's place among all. */
function grown(phase: string): number {
  return (PHASES.indexOf(phase) + 1) / PHASES.length;
}

function batchWords(chain: string, { chainId, number, stage, proving }: BatchSpan): string {
  const proof = proving === undefined ? "" : `; its proof: ${phaseWords(proving, chainId)}`;
  return `${chain}, batch ${number}: ${stage}${proof}`;
}

/** A message as a line through the places and times of its steps; dashed up to now where it is under way. */
function MessageLine({ line: { message, stops }, scale }: { readonly line: Line; readonly scale: Scale }) {
  const points = stops.flatMap(({ chainId, at }) => {
    const y = scale.y(chainId);
    return y === undefined ? [] : [{ x: scale.x(at), y }];
  });
  const [first, ...others] = points;
  const end = points.at(-1);
  if (first === undefined || end === undefined) return null;
  const bent = others.map(({ x, y }, i) => {
    const from = points[i] ?? first;
    const middle = (from.x + x) / 2;
    return `C${middle} ${from.y} ${middle} ${y} ${x} ${y}`;
  });
  const kind = kindOf(message);
  const target = scale.y(message.destinationChainId);
  const open = kind === "under-way" && target !== undefined ? `M${end.x} ${end.y}L${scale.x(scale.last)} ${target}` : undefined;
  return (
    <a href={to("message", message.sourceChainId, message.messageHash)} tabindex={-1} class={`message ${kind}`}>
      <title>{messageWords(message)}</title>
      {others.length > 0 && <path d={`M${first.x} ${first.y}${bent.join("")}`} />}
      {open !== undefined && <path class="open" d={open} />}
      {points.map(({ x, y }, i) => (
        <circle key={i} cx={x} cy={y} r={3} />
      ))}
    </a>
  );
}

function kindOf(message: MessageInfo): "bad" | "good" | "under-way" {
  if (message.stuck !== undefined) return "bad";
  return hasArrived(message) || message.waitingFor === undefined ? "good" : "under-way";
}

function messageWords(message: MessageInfo): string {
  const step = message.steps.at(-1)?.step ?? "";
  const where = message.stuck?.why ?? message.waitingFor;
  return `${message.type}: ${stepWords(step, message)}${where === undefined ? "" : `; waits until ${where}`}`;
}

function Axis({ scale: { x, first, last }, y }: { readonly scale: Scale; readonly y: number }) {
  const fit = Math.max(2, Math.floor((x(last) - LABEL) / TICK_WIDTH));
  const step = TICKS_MS.find((each) => (last - first) / each <= fit) ?? last - first;
  const from = Math.ceil(first / step) * step;
  const ticks = Array.from({ length: fit + 1 }, (_, i) => from + i * step).filter((at) => at <= last && x(at) > LABEL + 20);
  return (
    <g class="axis">
      {ticks.map((at) => (
        <text key={at} x={x(at)} y={y}>
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

/** The picture as a list: for readers that do not see it, and for the keyboard. */
function Listed({ spans, lines }: { readonly spans: readonly BatchSpan[]; readonly lines: readonly Line[] }) {
  const nameOf = useChainName();
  return (
    <details>
      <summary>
        The picture as a list: {plural(lines.length, "message")} and {plural(spans.length, "batch", "batches")}
      </summary>
      <ul>
        {lines.slice(0, MOST_LISTED).map(({ message }) => (
          <li key={`${message.sourceChainId}${message.messageHash}`}>
            <a href={to("message", message.sourceChainId, message.messageHash)}>
              {nameOf(message.sourceChainId)} to {nameOf(message.destinationChainId)}
            </a>
            : {messageWords(message)}
          </li>
        ))}
        {spans
          .filter(({ stage }) => stage !== "open")
          .slice(-MOST_LISTED)
          .toReversed()
          .map((span) => (
            <li key={`${span.chainId}:${span.number}`}>
              <a href={to(nameOf(span.chainId), "batch", span.number)}>{batchWords(nameOf(span.chainId), span)}</a>
            </li>
          ))}
      </ul>
    </details>
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
