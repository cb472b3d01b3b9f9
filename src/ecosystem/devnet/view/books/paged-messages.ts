import { RpcCode, RpcError } from "../../../../chain/rpc/request/json-rpc.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import type { MessageInfo } from "./ecosystem-info.ts";
import { whereItIs } from "./message-state.ts";
import { isNamedBy } from "./message-info.ts";

/** States that filter messages: in progress, waiting for an account, and stuck or failed. */
const STATES = { inFlight: "under-way", ready: "ready", failed: "bad" } as const;

/** Name of a state. */
export type MessageState = keyof typeof STATES;

/** Answer of `hyperchain_messages` to `{before, limit, transaction, state}`. */
export interface PagedMessages {
  /** The newest first. */
  readonly messages: readonly MessageInfo[];
  /** Number of all messages that the client may see, or that the transactions moved, in this state. */
  readonly total: number;
  /** Numbers of all requested messages by state, without the filter of a state. */
  readonly counts: Readonly<Record<MessageState, number>>;
  /** `before` of the page behind; absent on the last one. */
  readonly next?: number;
}

const MOST_MESSAGES = 200;
const DEFAULT_MESSAGES = 25;
/** Maximum number of transactions on a page of a feed. */
const MOST_TRANSACTIONS = 200;

/** A page of messages that are given oldest first; all of them where no page is asked for. Throws RpcError. */
export function pagedMessages(all: readonly MessageInfo[], request: unknown): readonly MessageInfo[] | PagedMessages {
  if (request === undefined || request === null) return all;
  if (typeof request !== "object" || Array.isArray(request)) throw refusal("an object");
  const { before, limit, transaction, state } = request as Readonly<Record<string, unknown>>;
  const moved = transaction === undefined ? all : movedBy(all, transaction);
  const byState = Object.groupBy(moved, (message) => whereItIs(message).kind);
  const inState = (name: MessageState): readonly MessageInfo[] => byState[STATES[name]] ?? [];
  const named = state === undefined ? moved : inState(stateNamed(state));
  const most = whole(limit, DEFAULT_MESSAGES, MOST_MESSAGES, `"limit" up to ${MOST_MESSAGES}`);
  const end = Math.min(whole(before, named.length, Number.MAX_SAFE_INTEGER, `"before", a number of messages`), named.length);
  const from = Math.max(0, end - most);
  return {
    messages: named.slice(from, end).reverse(),
    total: named.length,
    counts: { inFlight: inState("inFlight").length, ready: inState("ready").length, failed: inState("failed").length },
    ...(from > 0 && from < end ? { next: from } : {}),
  };
}

function stateNamed(value: unknown): MessageState {
  if (typeof value === "string" && Object.hasOwn(STATES, value)) return value as MessageState;
  throw refusal(`"state", one of ${Object.keys(STATES).join(", ")}`);
}

function movedBy(all: readonly MessageInfo[], transaction: unknown): readonly MessageInfo[] {
  const hashes: readonly unknown[] = Array.isArray(transaction) ? transaction : [transaction];
  if (hashes.length > MOST_TRANSACTIONS || !hashes.every(isHash))
    throw refusal(`"transaction", a hash, or a list of up to ${MOST_TRANSACTIONS}`);
  const wanted = new Set(hashes.map((hash) => hash.toLowerCase() as Hex));
  return all.filter((message) => isNamedBy(message, wanted));
}

function isHash(value: unknown): value is string {
  return typeof value === "string" && /^0x[0-9a-f]{64}$/i.test(value);
}

function whole(value: unknown, otherwise: number, maximum: number, expected: string): number {
  if (value === undefined || value === null) return otherwise;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && value <= maximum) return value;
  throw refusal(expected);
}

function refusal(expected: string): RpcError {
  return new RpcError(
    RpcCode.invalidParams,
    `the parameter is {before, limit, transaction, state}, each of which may be absent: ${expected}`,
  );
}
