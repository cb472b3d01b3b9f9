import type { Hex } from "../../../../ground/protocol/hex.ts";
import type { CodePlaces, ProjectNames, SourcePlace } from "../books/describe.ts";
import type { AskMember } from "../feed/step-times.ts";

/** The lines of the project's sources through which a transaction went; what `hyperchain_sourceSteps` answers. */
export interface SourceSteps {
  readonly sources: readonly { readonly name: string; readonly lines: readonly string[] }[];
  /** In order. */
  readonly stops: readonly SourceStop[];
  /** Stops that are left out. */
  readonly more?: number;
}

/** Step at which the transaction reached another line. */
interface SourceStop {
  /** Number of the instruction in the transaction's trace, from 0. */
  readonly step: number;
  /** Number of the source in `sources`. */
  readonly source: number;
  /** Counted from 1. */
  readonly line: number;
  readonly function: string;
  /** Calls and functions around it: one more within what a line calls. */
  readonly level: number;
}

/** Stops of one answer, and characters of the sources with it. */
const MOST_STOPS = 5_000;
const MOST_CHARACTERS = 2 ** 19;

/** An instruction of a trace without a tracer. */
interface Step {
  readonly pc: number;
  readonly op: string;
  /** Depth of the call; 1 for the transaction's call. */
  readonly depth: number;
  /** The top is the last. */
  readonly stack?: readonly string[];
}

/** Location of the transaction. */
interface Stepped {
  readonly chainId: number;
  readonly hash: Hex;
  readonly ask: AskMember;
  readonly names: ProjectNames;
}

/** A call in which the transaction is. */
interface Frame {
  readonly places: CodePlaces | undefined;
  /** Number of calls around it, plus one for each function in it that has begun and not ended. */
  level: number;
  readonly minLevel: number;
}

/**
 * Steps of a chain's transaction in the project's sources, line after line. Code that the project has not compiled, and
 * creation code, have no steps. Rejects with the member's error, also for a large transaction.
 */
export async function sourceSteps({ chainId, hash, ask, names }: Stepped): Promise<SourceSteps> {
  const transaction = (await ask(chainId, "eth_getTransactionByHash", [hash])) as { readonly to: Hex | null } | null;
  const options = { disableStorage: true, enableMemory: false };
  const { structLogs } = (await ask(chainId, "debug_traceTransaction", [hash, options])) as {
    readonly structLogs: readonly Step[];
  };
  const placesAt = keptPlaces({ chainId, ask, names });
  const frames: Frame[] = [];
  const passed: Passed[] = [];
  for (const [step, { pc, depth }] of structLogs.entries()) {
    while (frames.length > depth) frames.pop();
    if (frames.length < depth) {
      const called = frames.length === 0 ? (transaction?.to ?? undefined) : calledBy(structLogs[step - 1]);
      const least = (frames.at(-1)?.level ?? -1) + 1;
      frames.push({ places: called === undefined ? undefined : await placesAt(called), level: least, minLevel: least });
    }
    const frame = frames.at(-1);
    const { jump, place } = frame?.places?.(pc) ?? {};
    if (frame === undefined || jump === undefined) continue;
    const { level } = frame;
    if (place !== undefined && isAnother(place, level, passed.at(-1))) passed.push({ ...place, level, step });
    // A jump belongs to the line from which it is made, what is behind it to the function.
    if (jump === "i") frame.level++;
    if (jump === "o") frame.level = Math.max(frame.minLevel, level - 1);
  }
  return answered(passed, names);
}

interface Passed extends SourcePlace {
  readonly level: number;
  readonly step: number;
}

function isAnother({ source, line }: SourcePlace, level: number, before: Passed | undefined): boolean {
  return before === undefined || before.line !== line || before.level !== level || before.source !== source;
}

const CALLS = new Set(["CALL", "CALLCODE", "DELEGATECALL", "STATICCALL"]);
const ADDRESS_DIGITS = 40;

/** Whose code an instruction calls; undefined where it creates a contract. Source: Yellow Paper, appendix H: the second word. */
function calledBy(step: Step | undefined): Hex | undefined {
  const word = step?.stack?.at(-2);
  if (step === undefined || word === undefined || !CALLS.has(step.op)) return undefined;
  return `0x${word.replace(/^0x/, "").padStart(ADDRESS_DIGITS, "0").slice(-ADDRESS_DIGITS)}`;
}

function keptPlaces({ chainId, ask, names }: Omit<Stepped, "hash">): (address: Hex) => Promise<CodePlaces | undefined> {
  const known = new Map<Hex, Promise<CodePlaces | undefined>>();
  const read = async (address: Hex): Promise<CodePlaces | undefined> => {
    const contract = names.contract?.(String(await ask(chainId, "eth_getCode", [address, "latest"])));
    return contract === undefined ? undefined : names.places?.(contract.fullName);
  };
  return (address) => {
    const places = known.get(address) ?? read(address);
    known.set(address, places);
    return places;
  };
}

/** With the texts of the sources; stops in those for which there is no room are left out. */
async function answered(passed: readonly Passed[], names: ProjectNames): Promise<SourceSteps> {
  const sources: { readonly name: string; readonly lines: readonly string[] }[] = [];
  const numbers = new Map<string, number>();
  let room = MOST_CHARACTERS;
  for (const { source } of passed) {
    if (numbers.has(source)) continue;
    const text = await names.source?.(source);
    if (text === undefined || text.length > room) {
      numbers.set(source, -1);
      continue;
    }
    room -= text.length;
    numbers.set(source, sources.length);
    sources.push({ name: source, lines: text.split(/\r?\n/) });
  }
  const shown = passed.flatMap(({ source, ...place }) => {
    const number = numbers.get(source) ?? -1;
    return number === -1 ? [] : [{ ...place, source: number }];
  });
  const stops = shown.slice(0, MOST_STOPS);
  return { sources, stops, ...(passed.length > stops.length ? { more: passed.length - stops.length } : {}) };
}
