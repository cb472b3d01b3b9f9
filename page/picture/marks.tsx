import type { ActivityBlock } from "../answers.ts";
import { count, plural } from "../format.ts";
import { timeOf } from "../happenings.ts";
import { PHASES, proofAndMaker } from "../proof-phases.ts";
import { to } from "../route.ts";
import { landingWords, type BatchSpan, type Landing, type StageMark, type UnreadSpan } from "./lanes.ts";
import type { Scale } from "./scale.ts";

type Places = Pick<Scale, "x" | "y">;

/** A member's blocks on its lane: the more users' transactions, the taller. */
export function BlockMarks({
  blocks,
  chain,
  scale,
}: {
  readonly blocks: readonly ActivityBlock[];
  readonly chain: string;
  readonly scale: Places;
}) {
  return (
    <>
      {blocks.map((block) => {
        const { users, isFailed } = usersOf(block);
        const tall = users === 0 ? 5 : Math.min(17, 8 + 2 * users);
        return (
          <a key={block.number} href={to(chain, "block", block.number)} tabindex={-1}>
            <rect
              class={users === 0 ? "block own" : isFailed ? "block failed" : "block"}
              x={scale.x(timeOf(block)) - 1.5}
              y={(scale.y(block.chainId) ?? 0) - tall / 2}
              width={users === 0 ? 2 : 2.5}
              height={tall}
              rx={1}
            >
              <title>{blockWords(chain, block)}</title>
            </rect>
          </a>
        );
      })}
    </>
  );
}

/** Parts of lanes that were not read, hatched from the left. */
export function UnreadMarks({
  spans,
  nameOf,
  scale: { x, y, first, last },
}: {
  readonly spans: readonly UnreadSpan[];
  readonly nameOf: (chainId: number) => string;
  readonly scale: Pick<Scale, "x" | "y" | "first" | "last">;
}) {
  return (
    <>
      <defs>
        <pattern id="unread" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <line class="hatch" x1="0" x2="0" y1="0" y2="6" />
        </pattern>
      </defs>
      {spans.map(({ chainId, to: end, before }) => (
        <rect
          key={chainId}
          class="unread"
          fill="url(#unread)"
          x={x(first)}
          y={(y(chainId) ?? 0) - 8}
          width={Math.max(0, x(Math.min(end, last)) - x(first))}
          height={16}
        >
          <title>{unreadWords(nameOf(chainId), before)}</title>
        </rect>
      ))}
    </>
  );
}

/** Part of a lane that was not read, other than users' transactions. */
export function unreadWords(chain: string, before: number): string {
  return `not read: blocks of ${chain} before ${count(before)}`;
}

function usersOf({ transactions }: ActivityBlock): { readonly users: number; readonly isFailed: boolean } {
  const users = transactions.filter(({ by }) => by === "user");
  return { users: users.length, isFailed: users.some(({ succeeded }) => !succeeded) };
}

export function blockWords(chain: string, block: ActivityBlock): string {
  const { users, isFailed } = usersOf(block);
  return `${chain}, block ${block.number}: ${plural(users, "transaction")} of users${isFailed ? ", one failed" : ""}`;
}

/** Batches as bars under their chain's lane, filled by a quarter with each stage; amber is the proof as it grows. */
export function BatchMarks({
  spans,
  chain,
  scale: { x, y },
}: {
  readonly spans: readonly BatchSpan[];
  readonly chain: string;
  readonly scale: Places;
}) {
  return (
    <>
      {spans.map((span) => {
        const from = x(span.from) - 4;
        const wide = Math.max(8, x(span.to) + 4 - from);
        const under = (y(span.chainId) ?? 0) + 9;
        const done = (wide * STAGES.indexOf(span.stage)) / 4;
        return (
          <a key={span.number} href={hrefOf(chain, span)} tabindex={-1}>
            <rect class={`batch stage-${span.stage}`} x={from} y={under} width={wide} height={3} rx={1.5}>
              <title>{batchWords(chain, span)}</title>
            </rect>
            {done < wide && <rect class="done" x={from} y={under} width={done} height={3} rx={1.5} />}
            {span.proving !== undefined && (
              <rect class="part" x={from + done} y={under} width={(wide / 4) * grown(span.proving.phase)} height={3} />
            )}
          </a>
        );
      })}
    </>
  );
}

const STAGES = ["open", "sealed", "committed", "proven", "executed"] as const;

export function hrefOf(chain: string, { stage, number }: BatchSpan): string {
  return stage === "open" ? to(chain) : to(chain, "batch", number);
}

/** Finished part of a proof, by the position of its phase among all. */
function grown(phase: string): number {
  return (PHASES.indexOf(phase) + 1) / PHASES.length;
}

export function batchWords(chain: string, { chainId, number, stage, proving }: BatchSpan): string {
  const proof = proving === undefined ? "" : `; its proof: ${proofAndMaker(proving, chainId)}`;
  return `${chain}, batch ${number}: ${stage}${proof}`;
}

/** Actions of L1, or of another chain, for batches of the chains that settle on it. */
export function StageMarks({
  marks,
  scale: { x, y },
  laneOf,
  nameOf,
}: {
  readonly marks: readonly StageMark[];
  readonly scale: Places;
  readonly laneOf: (chainId: number) => number;
  readonly nameOf: (chainId: number) => string;
}) {
  return (
    <>
      {marks.map((mark) => {
        const { on, chainId, batch, stage, at } = mark;
        return (
          <a key={keyOf(mark)} href={to(nameOf(chainId), "batch", batch)} tabindex={-1}>
            <path
              class={`mark stage-${stage} lane-${laneOf(chainId)}`}
              d={`M${x(at)} ${(y(on) ?? 0) - 10}l3.5 3.5l-3.5 3.5l-3.5-3.5z`}
            >
              <title>{stageWords(mark, nameOf)}</title>
            </path>
          </a>
        );
      })}
    </>
  );
}

export function keyOf({ hash, chainId, batch, stage }: StageMark): string {
  return `${hash}${chainId}${batch}${stage}`;
}

const DONE = { committed: "committed", proven: "accepted the proof of", executed: "executed" } as const;

export function stageWords({ on, chainId, batch, stage }: StageMark, nameOf: (chainId: number) => string): string {
  return `${nameOf(on)} has ${DONE[stage]} batch ${batch} of ${nameOf(chainId)}`;
}

/** Landed blocks on the lanes of their hubs. */
export function LandingMarks({
  landed,
  scale: { x, y },
  nameOf,
}: {
  readonly landed: readonly Landing[];
  readonly scale: Places;
  readonly nameOf: (chainId: number) => string;
}) {
  return (
    <>
      {landed.map((landing) => (
        <a key={landing.hash} href={to("hubs", landing.hub)} tabindex={-1}>
          <rect class="block" x={x(landing.at) - 3} y={(y(landing.on) ?? 0) - 8} width={5} height={16} rx={1}>
            <title>{landingWords(landing, nameOf)}</title>
          </rect>
        </a>
      ))}
    </>
  );
}
