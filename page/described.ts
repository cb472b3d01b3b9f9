import type { Description, TracedCall } from "./answers.ts";
import { useAsked } from "./ecosystem.ts";
import { endedBecause } from "../src/ecosystem/devnet/view/governing/ended-because.ts";
import { ask } from "./rpc.ts";

/** Item that the ecosystem can describe as text; see `hyperchain_describe`. */
export type Thing =
  | { readonly input: string }
  | { readonly topics: readonly string[]; readonly data: string }
  | { readonly output: string }
  | { readonly chain: string; readonly address: string };

/** Things of one question, and their characters: the page's server passes on 128 KiB. */
const MOST_THINGS = 100;
const MOST_CHARACTERS = 50_000;

/**
 * Descriptions of items, by their indices; empty for unknown ones, and until the answer. `subject` names the
 * owner of the items.
 */
export function useDescriptions(subject: string, things: readonly Thing[]): readonly Description[] {
  const asked = useAsked(() => describe(things), [subject, things.length]);
  return asked.state === "there" ? asked.value : [];
}

/** Requests descriptions of items, by their indices. Rejects with RpcFailure. */
export async function describe(things: readonly Thing[]): Promise<readonly Description[]> {
  const described: Description[] = [];
  for (let at = 0; at < things.length;) {
    const some = firstOf(things.slice(at, at + MOST_THINGS));
    described.push(...(await ask<readonly Description[]>("any", "hyperchain_describe", [some.map(shortened)])));
    at += some.length;
  }
  return described;
}

function firstOf(things: readonly Thing[]): readonly Thing[] {
  let characters = 0;
  const end = things.findIndex((thing) => (characters += JSON.stringify(shortened(thing)).length) > MOST_CHARACTERS);
  return end === -1 ? things : things.slice(0, Math.max(1, end));
}

/** Prefix of an input that is too long to decode: its first bytes name the function. */
function shortened(thing: Thing): Thing {
  if ("input" in thing && thing.input.length > MAX_DECODED) return { input: thing.input.slice(0, MAX_DECODED + 2) };
  if ("output" in thing && thing.output.length > MAX_DECODED) return { output: thing.output.slice(0, MAX_DECODED + 2) };
  if ("data" in thing && thing.data.length > MAX_DECODED) return { ...thing, data: thing.data.slice(0, MAX_DECODED + 2) };
  return thing;
}

/** Limit of `hyperchain_describe`. */
const MAX_DECODED = 16_386;
/** Calls of a tree that get names. */
const MOST_CALLS = 200;

/** A call with the names of all calls in it, and why those failed that did. Rejects with RpcFailure. */
export async function namedCalls(root: TracedCall): Promise<TracedCall> {
  const frames: TracedCall[] = [];
  const collect = (frame: TracedCall): void => {
    if (frames.length >= MOST_CALLS) return;
    frames.push(frame);
    frame.calls?.forEach(collect);
  };
  collect(root);
  const failed = frames.filter(({ error }) => error !== undefined);
  const described = await describe([
    ...frames.map(({ input }) => ({ input })),
    ...failed.map(({ output }) => ({ output: output ?? "0x" })),
  ]);
  const named = (frame: TracedCall): TracedCall => {
    const call = described[frames.indexOf(frame)]?.call;
    const reason =
      endedBecause(frame) ?? (failed.includes(frame) ? described[frames.length + failed.indexOf(frame)]?.reason : undefined);
    return {
      ...frame,
      ...(call === undefined || frames.indexOf(frame) === -1 ? {} : { call }),
      ...(reason === undefined ? {} : { reason }),
      ...(frame.calls === undefined ? {} : { calls: frame.calls.map(named) }),
    };
  };
  return named(root);
}
