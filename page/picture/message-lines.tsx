import { whereItIs } from "../../src/ecosystem/devnet/view/books/message-state.ts";
import { stepWords } from "../message-steps.ts";
import type { MessageInfo } from "../answers.ts";
import { plural } from "../format.ts";
import { to } from "../route.ts";
import { fateOf, type Bundle } from "./bundles.ts";
import type { Scale } from "./scale.ts";

/** Pixels in which messages begin, or end, that may become one line: as wide as a count. */
export const SLOT = 26;
/** Lines from which on each is thin and light. */
const MANY = 30;

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Messages as lines through the places and times of their steps; several together have their number on the line. */
export function MessageLines({
  bundles,
  scale,
  nameOf,
}: {
  readonly bundles: readonly Bundle[];
  readonly scale: Pick<Scale, "x" | "y">;
  readonly nameOf: (chainId: number) => string;
}) {
  return (
    <g class={bundles.length > MANY ? "many" : undefined}>
      {bundles.map(({ key, fate, messages, stops }) => {
        const points = pointsOf(stops, scale);
        const [first, second] = points;
        const [message] = messages;
        if (first === undefined || message === undefined) return null;
        const count = messages.length;
        return (
          <a key={key} href={hrefOf(messages)} tabindex={-1} class={`message ${fate}`}>
            <title>{count === 1 ? messageWords(message) : `${bundleWords(messages, nameOf)}: ${messageWords(message)}`}</title>
            {points.length > 1 && (
              <path d={curveOf(points)} style={count === 1 ? undefined : { strokeWidth: `${thick(count)}px` }} />
            )}
            {count === 1
              ? points.map(({ x, y }, i) => <circle key={i} cx={x} cy={y} r={2.5} />)
              : [<Count key="count" at={middle(first, second ?? first)} count={count} />]}
          </a>
        );
      })}
    </g>
  );
}

/** Messages in flight, as dashed lines from their last position up to now and to their destination. */
export function OpenLines({ bundles, scale }: { readonly bundles: readonly Bundle[]; readonly scale: Scale }) {
  return (
    <>
      {bundles.map(({ key, fate, messages: [message], stops }) => {
        const target = message === undefined ? undefined : scale.y(message.destinationChainId);
        const end = pointsOf(stops, scale).at(-1);
        if (fate !== "under-way" || end === undefined || target === undefined) return null;
        return <path key={key} class="open" d={`M${end.x} ${end.y}L${scale.x(scale.last)} ${target}`} />;
      })}
    </>
  );
}

function Count({ at: { x, y }, count }: { readonly at: Point; readonly count: number }) {
  const wide = 10 + 6.5 * String(count).length;
  return (
    <g class="count">
      <rect x={x - wide / 2} y={y - 8} width={wide} height={16} rx={8} />
      <text x={x} y={y + 3.8}>
        {count}
      </text>
    </g>
  );
}

function pointsOf(stops: Bundle["stops"], { x, y }: Pick<Scale, "x" | "y">): readonly Point[] {
  return stops.flatMap(({ chainId, at }) => {
    const row = y(chainId);
    return row === undefined ? [] : [{ x: x(at), y: row }];
  });
}

function curveOf([first, ...others]: readonly Point[]): string {
  let from = first ?? { x: 0, y: 0 };
  const bent = others.map((next) => {
    const half = (from.x + next.x) / 2;
    const curve = `C${half} ${from.y} ${half} ${next.y} ${next.x} ${next.y}`;
    from = next;
    return curve;
  });
  return `M${first?.x} ${first?.y}${bent.join("")}`;
}

function middle(a: Point, b: Point): Point {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}

/**
 * Width of a line for `count` messages: each doubling adds the same width, so that no number hides the lanes.
 */
function thick(count: number): number {
  return Math.min(9, 1.5 + Math.log2(count));
}

function hrefOf([message, ...others]: readonly MessageInfo[]): string {
  if (message === undefined || others.length > 0) return to("messages");
  return to("message", message.sourceChainId, message.messageHash);
}

export function bundleWords(messages: readonly MessageInfo[], nameOf: (chainId: number) => string): string {
  const [first] = messages;
  if (first === undefined) return "";
  const fate = { bad: "stuck or failed", good: "arrived", "under-way": "in flight" }[fateOf(first)];
  return `${plural(messages.length, "message")} from ${nameOf(first.sourceChainId)} to ${nameOf(first.destinationChainId)}, ${fate}`;
}

export function messageWords(message: MessageInfo): string {
  const step = message.steps.at(-1)?.step ?? "";
  return `${message.type}: ${stepWords(step, message)}; ${whereItIs(message).text}`;
}
