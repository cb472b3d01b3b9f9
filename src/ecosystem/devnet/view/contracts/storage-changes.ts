import { RpcError } from "../../../../chain/rpc/request/json-rpc.ts";
import { callsOf, type CallFrame } from "../../../client/sending/remote-failure.ts";
import { type Hex, wordToHex } from "../../../../ground/protocol/hex.ts";
import type { NamedContract, ProjectNames } from "../books/describe.ts";
import type { AskMember } from "../feed/step-times.ts";
import { findInLayout, textIn, type StoragePlace, type StorageSearch } from "../books/storage-layout.ts";

/** Changes of a contract's storage by a transaction; element of the answer of `hyperchain_storageChanges`. */
export interface StorageChanges {
  readonly address: Hex;
  /** The project's contract there. */
  readonly contract?: string;
  readonly changes: readonly StorageChange[];
  /** Slots that are left out. */
  readonly more?: number;
}

interface StorageChange {
  readonly slot: Hex;
  /** Such as "balances[0x…]"; absent where it is unknown, and the values are the slot's words. */
  readonly variable?: string;
  readonly type?: string;
  readonly before: string;
  readonly after: string;
}

/** Slots of a contract, and contracts of a transaction. */
const MOST_SLOTS = 200;
const MOST_CONTRACTS = 50;
/** Words that are tried as keys of mappings, and hashes that are made of them for a contract: some 130 ms of work. */
const MOST_KEYS = 512;
const MOST_TEXTS = 24;
const MOST_TEXT_BYTES = 128;
const MOST_HASHES = 16_000;
/** Words of a call's or an event's data: lists of accounts and amounts too. */
const MOST_WORDS = 512;
const MOST_FRAMES = 200;
/** Small numbers are keys without standing in any data. */
const SMALL_KEYS = [0n, 1n, 2n];
const WORD_DIGITS = 64;
const SELECTOR_LENGTH = 10;

/** Location of the transaction. */
interface Changed {
  readonly chainId: number;
  readonly hash: Hex;
  readonly ask: AskMember;
  readonly names: ProjectNames;
  /** True for L1, which bounds no trace for this process, so that only the outermost call is read. */
  readonly isL1: boolean;
}

/** Answer of `prestateTracer` with `diffMode`: zero is left out. */
type Accounts = Readonly<Record<string, { readonly storage?: Readonly<Record<string, Hex>> }>>;

/**
 * Changes of storage by a transaction, with variables' names if the project has compiled the contract. Rejects with the
 * member's error.
 */
export async function storageChanges(changed: Changed): Promise<readonly StorageChanges[]> {
  const { chainId, hash, ask } = changed;
  const options = { tracer: "prestateTracer", tracerConfig: { diffMode: true } };
  const { pre, post } = (await ask(chainId, "debug_traceTransaction", [hash, options])) as Readonly<
    Record<"pre" | "post", Accounts>
  >;
  const frames = await framesOf(changed);
  const keys = await keysOf(changed, frames);
  const found: StorageChanges[] = [];
  for (const address of new Set([...Object.keys(pre), ...Object.keys(post)])) {
    const [before, after] = [pre[address]?.storage ?? {}, post[address]?.storage ?? {}];
    const slots = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((slot) => before[slot] !== after[slot]);
    if (slots.length === 0 || found.length >= MOST_CONTRACTS) continue;
    const words = slots
      .slice(0, MOST_SLOTS)
      .map((slot) => ({ slot: BigInt(slot), before: before[slot] ?? ZERO, after: after[slot] ?? ZERO }));
    const own = await contractsOf(address as Hex, frames, changed);
    const places = await placesOf(
      own,
      words.map(({ slot }) => slot),
      { ...keys, names: changed.names },
    );
    found.push({
      address: address as Hex,
      ...(own[0] === undefined ? {} : { contract: own[0].name }),
      changes: words.flatMap((each) => inWords(each, places)),
      ...(slots.length > MOST_SLOTS ? { more: slots.length - MOST_SLOTS } : {}),
    });
  }
  return found;
}

const ZERO = wordToHex(0n);

/** The calls of the transaction; none where they are too many to be traced. */
async function framesOf({ chainId, hash, ask, isL1 }: Changed): Promise<readonly CallFrame[]> {
  const top = { tracer: "callTracer", tracerConfig: { onlyTopCall: true } };
  const root = await (
    isL1
      ? (ask(chainId, "debug_traceTransaction", [hash, top]) as Promise<CallFrame>)
      : callsOf((method, params) => ask(chainId, method, params), hash)
  ).catch((error: unknown) => {
    if (error instanceof RpcError) return undefined;
    throw error;
  });
  const frames: CallFrame[] = [];
  const collect = (frame: CallFrame): void => {
    if (frames.length >= MOST_FRAMES) return;
    frames.push(frame);
    frame.calls?.forEach(collect);
  };
  if (root !== undefined) collect(root);
  return frames;
}

/** Words of the calls' data and of the events, and the addresses in them: what contracts look up by is mostly told to them. */
async function keysOf(
  { chainId, hash, ask }: Changed,
  frames: readonly CallFrame[],
): Promise<Pick<StorageSearch, "keys" | "texts">> {
  const receipt = (await ask(chainId, "eth_getTransactionReceipt", [hash])) as {
    readonly logs: readonly { readonly topics: readonly Hex[]; readonly data: Hex }[];
  } | null;
  const words = [
    ...frames.flatMap(({ from, to, input }) => [
      from,
      ...(to === undefined ? [] : [to]),
      ...wordsOf(input.slice(SELECTOR_LENGTH)),
    ]),
    ...(receipt?.logs ?? []).flatMap(({ topics, data }) => [...topics.slice(1), ...wordsOf(data.slice(2))]),
  ];
  const said = [
    ...frames.map(({ input }) => input.slice(SELECTOR_LENGTH)),
    ...(receipt?.logs ?? []).map(({ data }) => data.slice(2)),
  ];
  return {
    keys: [...new Set([...words.map(BigInt), ...SMALL_KEYS])].slice(0, MOST_KEYS),
    texts: [...new Set(said.flatMap(textsOf))].slice(0, MOST_TEXTS),
  };
}

/** Candidates for texts or bytes: a word that could be their length, then this number of bytes, padded with zeros. */
function textsOf(digits: string): readonly Hex[] {
  return wordsOf(digits).flatMap((length, i): readonly Hex[] => {
    const bytes = BigInt(length);
    if (bytes === 0n || bytes > MOST_TEXT_BYTES) return [];
    const from = (i + 1) * WORD_DIGITS;
    const end = from + Number(bytes) * 2;
    const padded = from + Math.ceil(Number(bytes) / 32) * WORD_DIGITS;
    return digits.length < padded || /[^0]/.test(digits.slice(end, padded)) ? [] : [`0x${digits.slice(from, end)}`];
  });
}

function wordsOf(digits: string): readonly string[] {
  const most = Math.min(Math.floor(digits.length / WORD_DIGITS), MOST_WORDS);
  return Array.from({ length: most }, (_, i) => `0x${digits.slice(i * WORD_DIGITS, (i + 1) * WORD_DIGITS)}`);
}

/** The project's contract with the code at the address, and those whose code it ran on its own storage: a proxy's. */
async function contractsOf(
  address: Hex,
  frames: readonly CallFrame[],
  { chainId, ask, names }: Changed,
): Promise<readonly NamedContract[]> {
  const lent = frames.flatMap(({ type, from, to }) =>
    type === "DELEGATECALL" && from === address && to !== undefined ? [to] : [],
  );
  const found: NamedContract[] = [];
  for (const place of new Set([address, ...lent])) {
    const contract = names.contract?.(String(await ask(chainId, "eth_getCode", [place, "latest"])));
    if (contract !== undefined) found.push(contract);
  }
  return found;
}

async function placesOf(
  contracts: readonly NamedContract[],
  slots: readonly bigint[],
  { keys, texts, names }: Pick<StorageSearch, "keys" | "texts"> & { readonly names: ProjectNames },
): Promise<ReadonlyMap<bigint, readonly StoragePlace[]>> {
  const places = new Map<bigint, readonly StoragePlace[]>();
  for (const { fullName } of contracts) {
    const layout = await names.layout?.(fullName);
    if (layout === undefined) continue;
    const found: StoragePlace[] = [];
    const wanted = new Set(slots.filter((slot) => !places.has(slot)));
    findInLayout(layout, { slots: wanted, keys, texts, hashes: MOST_HASHES, places: found });
    for (const [slot, own] of Map.groupBy(found, ({ slot: at }) => at)) places.set(slot, own);
  }
  return places;
}

/** Changed variables of a slot, which may contain several. */
function inWords(
  { slot, before, after }: { readonly slot: bigint; readonly before: Hex; readonly after: Hex },
  places: ReadonlyMap<bigint, readonly StoragePlace[]>,
): readonly StorageChange[] {
  const changed = (places.get(slot) ?? []).flatMap((place) => {
    const [was, is] = [textIn(before, place), textIn(after, place)];
    return was === is ? [] : [{ slot: wordToHex(slot), variable: place.label, type: place.type.name, before: was, after: is }];
  });
  return changed.length > 0 ? changed : [{ slot: wordToHex(slot), before, after }];
}
