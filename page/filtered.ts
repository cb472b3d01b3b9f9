import { hasFailed, whereItIs } from "../src/ecosystem/devnet/view/books/message-state.ts";
import type { MessageInfo } from "./answers.ts";
import { happenings, timeOf, type Activity, type Happening } from "./happenings.ts";

/** Filter of the feed, which the page's link includes. */
export interface Filter {
  /** In any of its words: account, contract, function, event, hash. */
  readonly text: string;
  /** Name of a member; empty for all. */
  readonly chain: string;
  /** True to show only transactions that failed, or with a message that failed on another member. */
  readonly failedOnly: boolean;
  /** True to include transactions of chains, operators and the relayer. */
  readonly withSystem: boolean;
}

/** Names of members by their ids, and of accounts by a member's name and their address. */
export interface Naming {
  readonly nameOf: (chainId: number) => string;
  readonly addressName: (chain: string, address: string) => string | undefined;
}

/** Messages by the transactions that began them. */
export type Begun = ReadonlyMap<string, readonly MessageInfo[]>;

export function begunBy(messages: readonly MessageInfo[]): Begun {
  return Map.groupBy(messages, ({ steps }) => steps[0]?.transactionHash ?? "");
}

export function filtered(activity: Activity, filter: Filter, naming: Naming, begun: Begun): readonly Happening[] {
  const wanted = filter.text.trim().toLowerCase();
  return happenings(activity).filter((each) => {
    if (!filter.withSystem && each.by !== "user") return false;
    if (filter.failedOnly && each.succeeded && !(begun.get(each.hash) ?? []).some(hasFailed)) return false;
    if (filter.chain !== "" && naming.nameOf(each.block.chainId) !== filter.chain) return false;
    return wanted === "" || wordsOf(each, naming).some((word) => word.toLowerCase().includes(wanted));
  });
}

function wordsOf(
  { block, hash, from, to, created, contract, call, selector, events }: Happening,
  naming: Naming,
): readonly string[] {
  const chain = naming.nameOf(block.chainId);
  const addresses = [from, to, created, ...events.map(({ address }) => address)].filter((each) => each !== undefined);
  return [
    ...[hash, contract, call, selector].filter((each) => each !== undefined),
    ...addresses.flatMap((address) => [address, naming.addressName(chain, address) ?? ""]),
    ...events.flatMap((each) => [each.event ?? "", each.contract ?? ""]),
  ];
}

/** A row of the feed as programs read it. */
function exported({ block, ...each }: Happening, { nameOf }: Naming, begun: Begun): Readonly<Record<string, unknown>> {
  return {
    time: new Date(timeOf(block)).toISOString(),
    chain: nameOf(block.chainId),
    chainId: block.chainId,
    block: block.number,
    ...each,
    messages: (begun.get(each.hash) ?? []).map((message) => ({
      ...{ messageHash: message.messageHash, type: message.type, to: nameOf(message.destinationChainId) },
      ...{ failed: hasFailed(message), whereItIs: whereItIs(message).text },
    })),
  };
}

export function asJson(rows: readonly Happening[], naming: Naming, begun: Begun): string {
  return JSON.stringify(
    rows.map((row) => exported(row, naming, begun)),
    undefined,
    2,
  );
}

const COLUMNS = [
  ...[
    "time",
    "chain",
    "block",
    "hash",
    "from",
    "to",
    "created",
    "contract",
    "call",
    "value",
    "succeeded",
    "gasUsed",
    "fee",
    "by",
    "messages",
  ],
] as const;

/** RFC 4180. A text that a spreadsheet would take for a formula begins with an apostrophe: strangers choose arguments. */
export function asCsv(rows: readonly Happening[], naming: Naming, begun: Begun): string {
  const cell = (value: unknown): string => {
    const text = value === undefined ? "" : String(value as string | number | boolean);
    return `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
  };
  const lines = rows.map((row) => {
    const sent = (begun.get(row.hash) ?? []).map(
      (message) => `${message.type} to ${naming.nameOf(message.destinationChainId)}: ${whereItIs(message).text}`,
    );
    const fields: Readonly<Record<string, unknown>> = { ...exported(row, naming, begun), messages: sent.join("; ") };
    return COLUMNS.map((column) => cell(fields[column])).join(",");
  });
  return [COLUMNS.join(","), ...lines].join("\r\n");
}
