import { createHash } from "node:crypto";
import * as v from "valibot";
import { hash, natural } from "../../../../chain/past/note-shapes.ts";
import { PlaceError } from "../../../../chain/past/place-error.ts";
import { PastBlocks } from "../../../../chain/past/told-blocks.ts";
import type { FullBlock } from "../../../../chain/index/block-store.ts";
import { reasonOf } from "../../../../ground/errors/reason-of.ts";
import type { LedgerStream } from "../../../../chain/ledger/ledger.ts";
import { LedgerError } from "../../../../chain/ledger/ledger-error.ts";
import { toHex, type Hex } from "../../../../ground/protocol/hex.ts";
import { decodeChange, type L1Change } from "./l1-change.ts";
import { L1History } from "./l1-history.ts";
import { requestKind } from "./l1-request-kinds.ts";

/** Streams of an L1 in a ledger. */
export interface L1Keeping {
  /** Each that changed it. */
  readonly requests: LedgerStream;
  /** State before the first request, and the changes of each. */
  readonly changes: LedgerStream;
  /** Blocks, from block 0, with the answers of the engine that made them. */
  readonly blocks: LedgerStream;
  /** Checkpoints at which an engine started. */
  readonly places: LedgerStream;
  together<T>(work: () => Promise<T>): Promise<T>;
  durable(): Promise<void>;
  /** Called with the number of replayed requests after the last checkpoint. */
  readonly onRepeated?: (done: number, total: number) => void;
}

/** A request that changed L1, as far as a place needs to know it. */
interface Request {
  readonly method: string;
  readonly params: readonly unknown[];
}

const VERSION = 2;
const placeSchema = v.strictObject({
  version: v.literal(VERSION),
  /** Requests before it. */
  requests: natural,
  /** The newest block. */
  head: v.strictObject({ number: natural, hash }),
  /** Checksum of the changes up to there, and so of the state at each block. */
  changesSum: hash,
  /** Requests that say how L1 makes blocks, and for whom it signs. */
  settings: v.array(v.strictObject({ method: v.string(), params: v.array(v.unknown()) })),
});

/** At which an engine of L1 begins: the blocks that it makes have hashes that no engine has which began elsewhere. */
export type L1Place = v.InferOutput<typeof placeSchema>;

/** Start point of L1. */
export interface L1Start {
  /** Undefined: from its genesis. */
  readonly place: L1Place | undefined;
  readonly history: L1History;
  /** Start point for a new checkpoint at which no engine can start. */
  readonly otherwise?: L1Start;
}

/** Records a new checkpoint at which an engine has started, for the next start. */
export function noteStart({ places }: L1Keeping, { place, otherwise }: L1Start): void {
  if (otherwise !== undefined) places.append(JSON.stringify(place));
}

/**
 * Start point of L1: the checkpoint of the last process, or a new one after `requestsToPlace` requests. The notes about
 * L1 are a copy of the results of its requests: if they are damaged, and nothing that follows needs them, they are
 * dropped, and rebuilt while the requests are replayed. Rejects with LedgerError Damaged if blocks follow that need the
 * checkpoint.
 */
export async function startOfL1(keeping: L1Keeping, requestsToPlace: number): Promise<L1Start> {
  const last = lastStart(keeping);
  const requests = keeping.requests.length;
  if (keeping.changes.length > requests + 1) forgetAfter(keeping, last.place);
  if (keeping.changes.length <= requests || requests - (last.place?.requests ?? 0) < requestsToPlace) return last;
  try {
    return { ...(await startHere(keeping, last.place)), otherwise: last };
  } catch (error) {
    if (!(error instanceof PlaceError)) throw error;
    // A contradiction of the block's state root would recur.
    if (error.code === "Damaged") forgetAfter(keeping, last.place);
    return last;
  }
}

/** The newest place that can be relied on; others are forgotten. */
function lastStart(keeping: L1Keeping): L1Start {
  const first: L1Start = { place: undefined, history: new L1History() };
  for (let at = keeping.places.length - 1; at >= 0; at--) {
    const start = startAt(keeping, at);
    if (start === undefined) continue;
    if (at < keeping.places.length - 1) forgetAfter(keeping, start.place, at + 1);
    return start;
  }
  if (keeping.places.length > 0) forgetAfter(keeping, undefined, 0);
  return first;
}

/** Start point of a checkpoint; `undefined` if the checkpoint is malformed, and nothing needs it. */
function startAt(keeping: L1Keeping, at: number): L1Start | undefined {
  let requests = 0;
  try {
    const place = readPlace(keeping.places.entry(at));
    ({ requests } = place);
    const changes = readChanges(keeping, requests);
    const history = historyOf(changes.all);
    requirePlace(place, { history, sum: changes.sum }, keeping);
    return { place, history };
  } catch (error) {
    if (!(error instanceof PlaceError)) throw error;
    if (requests === keeping.requests.length) return undefined;
    throw new LedgerError("Damaged", `L1 cannot continue from its checkpoint: ${error.message}; restore a copy of the folder`, {
      cause: error,
    });
  }
}

/** Truncates L1's changes, blocks and checkpoints after a checkpoint. */
function forgetAfter({ changes, blocks, places }: L1Keeping, place: L1Place | undefined, placesKept = places.length): void {
  places.truncate(placesKept);
  changes.truncate(place === undefined ? 0 : place.requests + 1);
  blocks.truncate(place === undefined ? 0 : place.head.number + 1);
}

/** State of L1 before its first request, and the changes of the given number of requests. Throws PlaceError. */
function readChanges({ changes }: L1Keeping, requests: number): { readonly all: readonly L1Change[]; readonly sum: Hex } {
  if (changes.length <= requests) throw new PlaceError("Damaged", `${changes.length} changes of ${requests + 1} are kept`);
  const all: L1Change[] = [];
  const sum = createHash("sha256");
  for (const text of changes.entries()) {
    sum.update(text);
    if (all.push(decodeChange(text)) > requests) break;
  }
  return { all, sum: toHex(sum.digest()) };
}

function historyOf(changes: readonly L1Change[]): L1History {
  const history = new L1History();
  for (const change of changes) history.add(change);
  return history;
}

/** A place behind all that L1 did. Rejects with PlaceError where there can be none. */
async function startHere(keeping: L1Keeping, before: L1Place | undefined): Promise<L1Start> {
  const requests = keeping.requests.length;
  const { all: changes, sum } = readChanges(keeping, requests);
  const unknown = changes.slice(before === undefined ? 0 : before.requests + 1).find((change) => change.unknown !== undefined);
  if (unknown !== undefined) throw new PlaceError("Differs", `a change of L1 is not known: ${unknown.unknown}`);
  if (changes.at(-1)?.waits !== false) throw new PlaceError("Differs", "transactions of L1 wait for a block");
  const last = changes.findLastIndex(({ blocks }) => blocks.length > 0);
  const history = historyOf(changes.slice(0, last + 1));
  const head = headOf(history);
  // The engine that began at the genesis knows its state's root.
  if (before === undefined) await requireRoot(keeping, history);
  for (const change of changes.slice(last + 1)) history.add(change);
  const settings = settingsOf(keeping.requests, before);
  const place: L1Place = { version: VERSION, requests, head, changesSum: sum, settings };
  requirePlace(place, { history, sum }, keeping);
  return { place, history };
}

function headOf({ blocks, head }: L1History): L1Place["head"] {
  return { number: head, hash: blocks.at(-1)?.hash ?? "0x" };
}

async function requireRoot({ blocks }: L1Keeping, history: L1History): Promise<void> {
  const [root, { stateRoot }] = [await history.root(), toldBlock(blocks, history.head)];
  if (root !== stateRoot)
    throw new PlaceError("Differs", `L1's state root is ${root}, that of block ${history.head} is ${String(stateRoot)}`);
}

/** Throws PlaceError unless what was noted of L1 leads to the place. */
function requirePlace(
  { head, requests, changesSum, settings }: L1Place,
  { history, sum }: { readonly history: L1History; readonly sum: Hex },
  keeping: L1Keeping,
): void {
  if (sum !== changesSum) throw new PlaceError("Damaged", "what is noted of L1's changes is not what it was");
  const { number, hash: name } = headOf(history);
  const names = [name, toldBlock(keeping.blocks, number)["hash"], requestedHead(keeping.requests, requests) ?? name];
  if (number !== head.number || names.some((each) => each !== head.hash))
    throw new PlaceError("Differs", `L1's newest block is ${number}, ${names.join()}, and is to be ${head.number}, ${head.hash}`);
  const other = settings.find(({ method }) => !isSetting(method));
  if (other !== undefined) throw new PlaceError("Damaged", `${other.method} is not a setting of L1`);
  // Its clients ask for any of them, and so do chains as they start.
  const told = new PastBlocks(history.blocks, (at) => keeping.blocks.entry(at) ?? "");
  for (let at = 0; at <= number; at++) told.withReceipts(at);
}

function toldBlock(blocks: LedgerStream, number: number): FullBlock["block"] {
  try {
    return (JSON.parse(blocks.entry(number) ?? "") as FullBlock).block;
  } catch (error) {
    throw new PlaceError("Damaged", `block ${number} of L1 cannot be read`, { cause: error });
  }
}

/** The name of the newest block that the requests before a place made; undefined where they made none. */
function requestedHead(requests: LedgerStream, end: number): Hex | undefined {
  for (let at = end - 1; at >= 0; at--) {
    const { blocks } = readRequest(requests.entry(at));
    if (blocks !== undefined) return blocks.hash;
  }
  return undefined;
}

/** Settings before a checkpoint that still hold. */
function settingsOf(requests: LedgerStream, before: L1Place | undefined): L1Place["settings"] {
  const settings = [...(before?.settings ?? [])];
  for (const text of requests.entries(before?.requests)) {
    const { method, params, blocks } = readRequest(text);
    if (blocks !== undefined) removeWhere(settings, (setting) => requestKind(setting.method) === "next");
    else if (isSetting(method)) {
      const isSame = (setting: Request): boolean => setting.method === method && isOneValue(method);
      removeWhere(settings, isSame);
      settings.push({ method, params: [...params] });
    }
  }
  return settings;
}

function isSetting(method: string): boolean {
  return ["setting", "next"].includes(requestKind(method));
}

/** Whether a setting replaces the earlier ones of the same name. */
function isOneValue(method: string): boolean {
  return !/Impersonat/i.test(method);
}

function removeWhere<Entry>(entries: Entry[], isGone: (entry: Entry) => boolean): void {
  for (let at = entries.length - 1; at >= 0; at--) if (isGone(entries[at] as Entry)) entries.splice(at, 1);
}

function readRequest(text: string | undefined): Request & { readonly blocks?: { readonly hash: Hex } } {
  try {
    return JSON.parse(text ?? "") as Request & { readonly blocks?: { readonly hash: Hex } };
  } catch (error) {
    throw new PlaceError("Damaged", "a request to L1 cannot be read", { cause: error });
  }
}

function readPlace(text: string | undefined): L1Place {
  try {
    return v.parse(placeSchema, JSON.parse(text ?? ""));
  } catch (error) {
    throw new PlaceError("Damaged", `its notes cannot be read: ${reasonOf(error)}`, { cause: error });
  }
}
