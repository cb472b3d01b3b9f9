import type { MessageInfo } from "../answers.ts";
import { whereItIs } from "../../src/ecosystem/devnet/view/books/message-state.ts";
import type { Line, Stop } from "./lanes.ts";

/** State of a message. */
export type Fate = "bad" | "good" | "under-way";

/** Messages that went the same way at the same time as far as the picture can tell: one line for all of them. */
export interface Bundle {
  readonly key: string;
  readonly fate: Fate;
  readonly messages: readonly MessageInfo[];
  /** Places, and the times on average. */
  readonly stops: readonly Stop[];
}

/** Fewer messages than this are a line each. */
const LEAST_BUNDLED = 4;

/** Lines as the picture draws them: many that begin and end in the same `slotMs` are one. */
export function bundlesOf(lines: readonly Line[], slotMs: number): readonly Bundle[] {
  const together = Map.groupBy(lines, ({ message, stops }) => {
    const slot = (stop: Stop | undefined): number => Math.floor((stop?.at ?? 0) / slotMs);
    const way = stops.map(({ chainId }) => chainId).join();
    return [fateOf(message), message.destinationChainId, way, slot(stops[0]), slot(stops.at(-1))].join(":");
  });
  return [...together].flatMap(([key, group]) =>
    group.length < LEAST_BUNDLED ? group.map((line) => bundleOf(keyOf(line), [line])) : [bundleOf(key, group)],
  );
}

export function fateOf(message: MessageInfo): Fate {
  const { kind } = whereItIs(message);
  if (kind === "ready") return "under-way";
  return kind === "quiet" ? "good" : kind;
}

function bundleOf(key: string, group: readonly Line[]): Bundle {
  const [first] = group;
  const stops = (first?.stops ?? []).map(({ chainId, step }, place) => {
    const sum = group.reduce((total, { stops: each }) => total + (each[place]?.at ?? 0), 0);
    return { chainId, step, at: sum / group.length };
  });
  return {
    key,
    fate: first === undefined ? "good" : fateOf(first.message),
    messages: group.map(({ message }) => message),
    stops,
  };
}

function keyOf({ message: { sourceChainId, messageHash } }: Line): string {
  return `${sourceChainId}${messageHash}`;
}
