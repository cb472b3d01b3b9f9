import type { Hex } from "../../../ground/protocol/hex.ts";
import { RpcCode, RpcError } from "../request/json-rpc.ts";

/** Query of a client for logs. */
export interface LogFilter {
  readonly addresses: readonly Hex[];
  /** Alternatives of each position; an empty list matches any topic. */
  readonly topics: readonly (readonly Hex[])[];
  /** First block, a number or tag; `undefined` for the newest block, or for no bound in a stored filter. */
  readonly fromBlock: string | undefined;
  readonly toBlock: string | undefined;
  /** Instead of the two above. */
  readonly blockHash: Hex | undefined;
}

/** Fields of a log that a filter reads. */
interface FilteredLog {
  readonly address: string;
  readonly topics: readonly string[];
}

/** Addresses and topics of a filter together: filters are kept, and each log is held against them. */
const MAX_CRITERIA = 1000;
const TOPIC_PLACES = 4;
const TAGS = new Set(["earliest", "latest", "pending", "safe", "finalized"]);

/** Reads the filter of `eth_getLogs`, `eth_newFilter` and `eth_subscribe`. Throws RpcError. */
export function parseLogFilter(value: unknown): LogFilter {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw invalid('a filter is an object, such as { "fromBlock": "0x0" }');
  const { address, topics, fromBlock, toBlock, blockHash } = value as Readonly<Record<string, unknown>>;
  const filter = {
    addresses: oneOrMany(address, (one) => bytes(one, 20)),
    topics: parseTopics(topics),
    fromBlock: block(fromBlock),
    toBlock: block(toBlock),
    blockHash: isAbsent(blockHash) ? undefined : bytes(blockHash, 32),
  };
  if (filter.blockHash !== undefined && (filter.fromBlock ?? filter.toBlock) !== undefined) {
    throw invalid("a filter names a block by blockHash, or a range by fromBlock and toBlock, not both");
  }
  const criteria = filter.topics.reduce((sum, { length }) => sum + length, filter.addresses.length);
  if (criteria > MAX_CRITERIA)
    throw new RpcError(RpcCode.limitExceeded, `a filter names at most ${MAX_CRITERIA} addresses and topics, got ${criteria}`);
  return filter;
}

/** True if the log has the filter's address and topics; the block is ignored. */
export function matches({ addresses, topics }: LogFilter, log: FilteredLog): boolean {
  if (addresses.length > 0 && !(addresses as readonly string[]).includes(log.address.toLowerCase())) return false;
  return topics.every((place, i) => {
    const topic = log.topics[i];
    return topic !== undefined && (place.length === 0 || (place as readonly string[]).includes(topic.toLowerCase()));
  });
}

function parseTopics(value: unknown): readonly (readonly Hex[])[] {
  if (isAbsent(value)) return [];
  if (!Array.isArray(value)) throw invalid("topics are a list");
  if (value.length > TOPIC_PLACES) throw invalid(`a log has at most ${TOPIC_PLACES} topics, the filter names ${value.length}`);
  return value.map((place: unknown) => {
    const wanted = oneOrMany(place, (one) => (isAbsent(one) ? undefined : bytes(one, 32)));
    // Any of them, or anything: that is anything.
    return wanted.every((one) => one !== undefined) ? wanted : [];
  });
}

function oneOrMany<Item>(value: unknown, parse: (one: unknown) => Item): readonly Item[] {
  if (isAbsent(value)) return [];
  return Array.isArray(value) ? value.map(parse) : [parse(value)];
}

function block(value: unknown): string | undefined {
  if (isAbsent(value)) return undefined;
  if (typeof value === "string" && (TAGS.has(value) || /^0x[0-9a-fA-F]{1,16}$/.test(value))) return value;
  throw invalid(`${shown(value)} is not a block: pass a hexadecimal number or one of ${[...TAGS].join(", ")}`);
}

function bytes(value: unknown, length: number): Hex {
  if (typeof value === "string" && value.length === 2 + 2 * length && /^0x[0-9a-fA-F]*$/.test(value))
    return value.toLowerCase() as Hex;
  throw invalid(`${shown(value)} is not ${length} bytes in hexadecimal`);
}

function isAbsent(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? "undefined").slice(0, 80);
}

function invalid(message: string): RpcError {
  return new RpcError(RpcCode.invalidParams, message);
}
