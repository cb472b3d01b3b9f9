import { RpcCode, RpcError } from "../../../../chain/rpc/request/json-rpc.ts";
import { protocolNames } from "../../../client/sending/protocol-names.ts";
import { withoutArguments } from "../../../client/sending/revert-reason.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../../ground/protocol/predeploys.ts";
import { decodingRoom } from "../books/decoding-room.ts";
import type { ProjectNames } from "../books/describe.ts";
import type { EcosystemInfo } from "../books/ecosystem-info.ts";
import type { CachedNames } from "../books/kept-names.ts";
import { actors, type Actor, type ActorsTransaction } from "./actor.ts";
import type { AskMember } from "./step-times.ts";
import type { BlockTimes } from "./block-times.ts";

/** A block of a member with its contents, as text; element of the answer of `hyperchain_activity`. */
export interface ActivityBlock {
  readonly chainId: number;
  readonly number: number;
  readonly hash: Hex;
  /** Seconds, by the member's clock. */
  readonly timestamp: number;
  /** Milliseconds of this machine's clock at the block's notification; absent for one from before this process. */
  readonly at?: number;
  readonly transactions: readonly ActivityTransaction[];
  /** Transactions that are left out, of a block with more than 500. */
  readonly more?: number;
}

export interface ActivityTransaction {
  readonly hash: Hex;
  readonly from: Hex;
  /** Absent where it creates a contract. */
  readonly to?: Hex;
  readonly created?: Hex;
  /** Smallest units in digits. */
  readonly value: string;
  readonly by: Actor;
  /** The first four bytes of its data; absent where there are fewer. */
  readonly selector?: Hex;
  /** Function and arguments; absent where no contract that is known has such a function. */
  readonly call?: string;
  /** The project's contract at `to`, or the one that was created. */
  readonly contract?: string;
  readonly succeeded: boolean;
  readonly gasUsed: number;
  /** Smallest units in digits. */
  readonly fee: string;
  readonly events: readonly ActivityEvent[];
  /** Events that are left out, of a transaction with more than 20. */
  readonly moreEvents?: number;
}

interface ActivityEvent {
  readonly address: Hex;
  /** The project's contract that logged it. */
  readonly contract?: string;
  /** Event and arguments; absent where it is unknown. */
  readonly event?: string;
}

/** Blocks of a member, both ends included. */
interface BlockRange {
  readonly chainId: number;
  readonly from: number;
  readonly to: number;
}

/** Blocks of one answer, and of each member where none are named. */
const MOST_BLOCKS = 200;
const NEWEST_BLOCKS = 25;
const MOST_RANGES = 100;
const MOST_TRANSACTIONS = 500;
const MOST_EVENTS = 20;
/** Maximum number of characters of a call or an event. */
const MOST_TEXT = 400;

export interface ActivityDependencies {
  readonly info: () => EcosystemInfo;
  readonly names: CachedNames;
  readonly blockTimes: Pick<BlockTimes, "at" | "setUpTo" | "isOwn">;
}

/** View of the client: its visible chains, and its access to the members. */
interface ActivitySight {
  readonly sees: (chainId: number) => boolean;
  readonly ask: AskMember;
}

/** Contents of those blocks, as text. Rejects with RpcError for a malformed list of ranges, or a member's error. */
export async function activity(
  ranges: readonly BlockRange[],
  { info, names, blockTimes }: ActivityDependencies,
  ask: AskMember,
): Promise<readonly ActivityBlock[]> {
  const by = actors(info(), blockTimes);
  const blocks = await Promise.all(
    ranges.flatMap((range) => numbersOf(range).map((number) => readBlock(range.chainId, number, ask))),
  );
  const codes = new Map<string, Promise<string>>();
  const codeAt = (chainId: number, address: Hex): Promise<string> => {
    const key = `${chainId}:${address}`;
    const known = codes.get(key) ?? (ask(chainId, "eth_getCode", [address, "latest"]) as Promise<string>);
    codes.set(key, known);
    return known;
  };
  return Promise.all(
    blocks
      .filter((block) => block !== undefined)
      .map(async (block) => {
        const at = blockTimes.at(block.chainId, block.number);
        const shown = block.transactions.slice(0, MOST_TRANSACTIONS);
        const naming = {
          names,
          isDecoded: decodingRoom(),
          nameAt: (address: Hex) => contractName(address, block.chainId, { names, codeAt }),
        };
        const transactions: ActivityTransaction[] = [];
        for (const each of shown) transactions.push(await inWords(each, by(block, each), naming));
        const { chainId, number, hash, timestamp } = block;
        return {
          chainId,
          number,
          hash,
          timestamp,
          transactions,
          ...(at === undefined ? {} : { at }),
          ...(block.transactions.length > shown.length ? { more: block.transactions.length - shown.length } : {}),
        };
      }),
  );
}

/** The ranges that a client asks for; without any, the newest blocks of all members that it sees. Rejects with RpcError. */
export async function rangesAsked(
  request: unknown,
  info: EcosystemInfo,
  { sees, ask }: ActivitySight,
  idOf: (chain: unknown) => number,
): Promise<readonly BlockRange[]> {
  if (request === undefined || request === null) {
    const members = [info.l1, ...info.chains.filter(({ stopped }) => stopped !== true)].filter(({ chainId }) => sees(chainId));
    const newest = Math.max(1, Math.min(NEWEST_BLOCKS, Math.floor(MOST_BLOCKS / members.length)));
    return Promise.all(
      members.map(async ({ chainId }) => {
        const to = Number(await ask(chainId, "eth_blockNumber", []));
        return { chainId, from: Math.max(0, to - newest + 1), to };
      }),
    );
  }
  if (!Array.isArray(request) || request.length > MOST_RANGES) throw unlike();
  const ranges = (request as readonly unknown[]).map((each) => {
    const { chain, from, to = from } = (each ?? {}) as Readonly<Record<string, unknown>>;
    if (!isNumber(from) || !isNumber(to) || to < from) throw unlike();
    return { chainId: idOf(chain), from, to };
  });
  if (ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0) > MOST_BLOCKS) throw unlike();
  return ranges;
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function unlike(): RpcError {
  return new RpcError(
    RpcCode.invalidParams,
    `the first parameter is a list of {chain, from, to}, of ${MOST_BLOCKS} blocks together at most`,
  );
}

interface ReadTransaction extends ActorsTransaction {
  readonly to: Hex | null;
  readonly value: string;
  readonly input: Hex;
  readonly receipt: ReadReceipt;
}

interface ReadReceipt {
  readonly transactionHash: Hex;
  readonly status: string;
  readonly gasUsed: string;
  readonly effectiveGasPrice: string;
  readonly contractAddress: Hex | null;
  readonly logs: readonly { readonly address: Hex; readonly topics: readonly Hex[]; readonly data: Hex }[];
}

interface ReadBlock {
  readonly chainId: number;
  readonly number: number;
  readonly hash: Hex;
  readonly timestamp: number;
  readonly transactions: readonly ReadTransaction[];
}

function numbersOf({ from, to }: BlockRange): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

/** A block with its receipts; undefined where the member has no such block. */
async function readBlock(chainId: number, number: number, ask: AskMember): Promise<ReadBlock | undefined> {
  const block = (await ask(chainId, "eth_getBlockByNumber", [`0x${number.toString(16)}`, true])) as {
    readonly hash: Hex;
    readonly timestamp: string;
    readonly transactions: readonly Omit<ReadTransaction, "receipt">[];
  } | null;
  if (block === null) return undefined;
  const shown = block.transactions.slice(0, MOST_TRANSACTIONS);
  const receipts = (await Promise.all(
    shown.map(({ hash }) => ask(chainId, "eth_getTransactionReceipt", [hash])),
  )) as readonly (ReadReceipt | null)[];
  const transactions = block.transactions.flatMap((each, i) => {
    const receipt = receipts[i] ?? undefined;
    return receipt === undefined && i < shown.length ? [] : [{ ...each, receipt: receipt as ReadReceipt }];
  });
  return { chainId, number, hash: block.hash, timestamp: Number(block.timestamp), transactions };
}

interface Naming {
  readonly names: CachedNames;
  /** Whether there is room for these bytes, which are then counted. */
  readonly isDecoded: (data: Hex) => boolean;
  readonly nameAt: (address: Hex) => Promise<string | undefined>;
}

async function inWords(
  { hash, from, to, value, input, receipt }: ReadTransaction,
  by: Actor,
  naming: Naming,
): Promise<ActivityTransaction> {
  const created = to === null && typeof receipt.contractAddress === "string" ? receipt.contractAddress : undefined;
  const place = created ?? to ?? undefined;
  const contract = place === undefined ? undefined : await naming.nameAt(place);
  const call = to === null || input.length < SELECTOR_LENGTH ? undefined : await callOf(input, naming);
  const events: ActivityEvent[] = [];
  for (const log of receipt.logs.slice(0, MOST_EVENTS)) events.push(await eventOf(log, naming));
  return {
    hash,
    from,
    by,
    ...(to === null ? {} : { to }),
    ...(created === undefined ? {} : { created }),
    value: BigInt(value).toString(),
    ...(to !== null && input.length >= SELECTOR_LENGTH ? { selector: input.slice(0, SELECTOR_LENGTH) as Hex } : {}),
    ...(call === undefined ? {} : { call }),
    ...(contract === undefined ? {} : { contract }),
    succeeded: receipt.status !== "0x0",
    gasUsed: Number(receipt.gasUsed),
    fee: (BigInt(receipt.gasUsed) * BigInt(receipt.effectiveGasPrice ?? 0)).toString(),
    events,
    ...(receipt.logs.length > MOST_EVENTS ? { moreEvents: receipt.logs.length - MOST_EVENTS } : {}),
  };
}

const SELECTOR_LENGTH = 10;

async function callOf(input: Hex, { names, isDecoded }: Naming): Promise<string | undefined> {
  const room = isDecoded(input);
  const found = await names.find((projectNames) =>
    room
      ? (projectNames.call(input) ?? protocolNames.call(input))
      : withoutArguments(projectNames.functionName(input) ?? protocolNames.functionName(input)),
  );
  return clipped(found);
}

async function eventOf(
  { address, topics, data }: ReadReceipt["logs"][number],
  { names, isDecoded, nameAt }: Naming,
): Promise<ActivityEvent> {
  const event = isDecoded(data)
    ? await names.find((projectNames) => projectNames.event(topics, data) ?? protocolNames.event(topics, data))
    : undefined;
  const contract = await nameAt(address);
  const text = clipped(event);
  return { address, ...(contract === undefined ? {} : { contract }), ...(text === undefined ? {} : { event: text }) };
}

const PREDEPLOYED = new Set<string>(Object.values(PREDEPLOYS));

async function contractName(
  address: Hex,
  chainId: number,
  { names, codeAt }: { readonly names: CachedNames; readonly codeAt: (chainId: number, address: Hex) => Promise<string> },
): Promise<string | undefined> {
  // Predeploys have names in the protocol, and do not belong to a project.
  if (PREDEPLOYED.has(address)) return undefined;
  const code = await codeAt(chainId, address);
  return code === "0x" ? undefined : names.find((projectNames: ProjectNames) => projectNames.contract?.(code)?.name);
}

function clipped(text: string | undefined): string | undefined {
  return text !== undefined && text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}…` : text;
}
