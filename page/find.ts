import { printable } from "../src/ground/runtime/printable.ts";
import { shownSymbol } from "../src/ecosystem/client/sending/shown-symbol.ts";
import type { EcosystemInfo, Found } from "./answers.ts";
import type { Activity } from "./happenings.ts";
import { describe } from "./described.ts";
import { filtered } from "./filtered.ts";
import { plural } from "./format.ts";
import { exactlyNamed, type NamedAddress } from "./named-address.ts";
import type { Names } from "./names.ts";
import { to } from "./route.ts";
import { ask } from "./rpc.ts";
import { textOf, TOKEN_SELECTORS } from "./token-answers.ts";
import { memberOf } from "./wallet/signer.ts";

/** Groups of search results, in their order; names from unknown accounts are last. */
export const GROUPS = {
  own: "Your address book",
  account: "Accounts",
  contract: "The project's contracts",
  protocol: "This package's own contracts",
  chain: "Chains",
  address: "Addresses",
  transaction: "Transactions",
  message: "Messages",
  batch: "Batches",
  block: "Blocks",
  feed: "Functions and events of the feed",
  token: "Tokens, by what their contracts say of themselves",
} as const;

export interface FoundPlace {
  readonly group: keyof typeof GROUPS;
  /** Name that the ecosystem, the project or the reader uses. */
  readonly title: string;
  /** Name from an unknown account: text alone. */
  readonly said?: string;
  readonly link: string;
}

/** Data for search without a request. */
export interface Known {
  readonly info: EcosystemInfo;
  readonly names: Names;
  readonly activity: Activity;
}

/** Minimum length of a searched name, and maximum names of a group. */
const LEAST_NAMED = 3;
const MOST_NAMED = 50;
/** Contracts that are asked for their symbol. */
const MOST_TOKENS = 60;
/** Limit of `hyperchain_search`. */
const MOST_SEARCHED = 200;
const SELECTOR = /^0x[0-9a-f]{8}$/i;
const HASH = /^0x[0-9a-f]{64}$/i;
/** Addresses, hashes and numbers, which are not names. */
const NO_NAME = /^(0x[0-9a-f]*|\d+)$/i;

/** All that a text names, and has it in its words. Rejects with RpcFailure. */
export async function find(known: Known, text: string): Promise<readonly FoundPlace[]> {
  const wanted = printable(text.trim());
  if (wanted === "") return [];
  const [found, inFeed, tokens] = await Promise.all([
    ask<readonly Found[]>("any", "hyperchain_search", [wanted.slice(0, MOST_SEARCHED)]),
    feedPlaces(known, wanted),
    tokenPlaces(known, wanted),
  ]);
  return [
    ...namedPlaces(known, wanted),
    ...found.filter((each) => !isNamed(known, each)).map((each) => placeOf(each, known)),
    ...inFeed,
    ...tokens,
  ];
}

/** Addresses whose name, or whose tag, has the text in it; short texts and numbers name what is called exactly so. */
export function namedPlaces({ info, names }: Known, text: string): readonly FoundPlace[] {
  const wanted = text.toLowerCase();
  const isFound = ({ address, name }: NamedAddress): boolean =>
    address === wanted ||
    name.toLowerCase().includes(wanted) ||
    (names.book[address]?.tags ?? []).some((tag) => tag.toLowerCase() === wanted);
  const exact = exactlyNamed(names, text);
  const some = text.length < LEAST_NAMED || /^\d+$/.test(text) ? exact : names.all.filter(isFound);
  const on = info.chains[0]?.name ?? info.l1.name;
  // Whom the reader has named has that name alone.
  const shown = some.filter(({ kind, address }) => kind === "own" || names.book[address] === undefined);
  return (Object.keys(GROUPS) as FoundPlace["group"][]).flatMap((group) =>
    shown
      .filter(({ kind }) => kind === group)
      .slice(0, MOST_NAMED)
      .map(({ address, name, chain }) => ({
        group,
        title: `${name}${chain === undefined ? "" : ` on ${chain}`}, ${address}`,
        link: to(chain ?? on, "address", address),
      })),
  );
}

/** True if the result for an address exists under its name. */
function isNamed({ names }: Known, found: Found): boolean {
  return found.type === "address" && names.all.some(({ address }) => address === found.address);
}

function placeOf(found: Found, { info }: Known): FoundPlace {
  const nameOf = (id: number): string => memberName(info, id);
  const group = found.type;
  if (found.type === "address") {
    const on = info.chains[0]?.name ?? info.l1.name;
    return { group, title: `address ${found.address}`, link: to(on, "address", found.address) };
  }
  if (found.type === "message")
    return {
      group,
      title: `message ${found.messageHash} from ${nameOf(found.sourceChainId)}`,
      link: to("message", found.sourceChainId, found.messageHash),
    };
  const name = nameOf(found.chainId);
  if (found.type === "chain") return { group, title: `chain ${name}`, link: to(name) };
  if (found.type === "batch") return { group, title: `batch ${found.number} of ${name}`, link: to(name, "batch", found.number) };
  if (found.type === "block") return { group, title: `block ${found.number} of ${name}`, link: to(name, "block", found.number) };
  return { group, title: `transaction on ${name}`, link: to(name, "tx", found.transactionHash) };
}

/** The feed, where transactions in it have the text in their words: a function, its selector, an event, its topic. */
async function feedPlaces({ info, activity }: Known, text: string): Promise<readonly FoundPlace[]> {
  const isTopic = HASH.test(text);
  if (text.length < LEAST_NAMED || (NO_NAME.test(text) && !isTopic && !SELECTOR.test(text))) return [];
  const [described] = isTopic
    ? await describe([{ topics: [text], data: "0x" }])
    : SELECTOR.test(text)
      ? await describe([{ input: text }])
      : [];
  const event = isTopic ? described?.event : undefined;
  if (isTopic && event === undefined) return [];
  // Events are in the feed by their names.
  const words = event === undefined ? text : `${event.split("(")[0]}(`;
  const everything = { text: words, chain: "", failedOnly: false, withSystem: false };
  const naming = { nameOf: (id: number) => memberName(info, id), addressName: () => undefined };
  const seen = filtered(activity, everything, naming, new Map()).length;
  const what =
    event !== undefined ? `, the topic of ${event}` : described?.call === undefined ? "" : `, the selector of ${described.call}`;
  if (seen === 0 && what === "") return [];
  const title = `${plural(seen, "transaction")} of the feed with "${text}"${what}`;
  return [{ group: "feed", title, link: `${to()}?q=${encodeURIComponent(words)}` }];
}

/** Tokens whose symbol is the text: chains' coins, and contracts that the feed has shown, by their own answers. */
async function tokenPlaces({ info, names, activity }: Known, text: string): Promise<readonly FoundPlace[]> {
  if (NO_NAME.test(text)) return [];
  const wanted = text.toLowerCase();
  const coins = info.chains
    .filter(({ baseToken }) => baseToken.symbol.toLowerCase() === wanted)
    .map(({ name, baseToken: { symbol } }): FoundPlace => ({
      group: "token",
      said: symbol,
      title: `the coin of ${name}`,
      link: to(name),
    }));
  const places = await Promise.all(
    possibleTokens({ info, names, activity }).map(async ({ chainId, address }): Promise<readonly FoundPlace[]> => {
      const call = { to: address, data: TOKEN_SELECTORS.symbol };
      const answer = await ask<string>(memberOf(info, chainId), "eth_call", [call, "latest"]).catch(() => "0x");
      const said = shownSymbol(textOf(answer).replaceAll("\0", ""));
      if (said.toLowerCase() !== wanted) return [];
      const on = memberName(info, chainId);
      return [{ group: "token", said, title: `at ${address} on ${on}`, link: to(on, "address", address) }];
    }),
  );
  return [...coins, ...places.flat()];
}

/** The project's contracts, and what has logged a transfer. */
function possibleTokens({ info, names, activity }: Known): readonly { readonly chainId: number; readonly address: string }[] {
  const idOf = new Map([info.l1, ...info.chains].map(({ name, chainId }) => [name, chainId] as const));
  const own = names.contracts.map(({ chain, address }) => ({ chainId: idOf.get(chain) ?? info.l1.chainId, address }));
  const logged = [...activity].flatMap(([chainId, blocks]) =>
    blocks
      .flatMap(({ transactions }) => transactions)
      .flatMap(({ events }) => events)
      .filter(({ event }) => event?.startsWith("Transfer(") === true)
      .map(({ address }) => ({ chainId, address })),
  );
  const once = new Map([...own, ...logged].map((each) => [`${each.chainId}:${each.address}`, each] as const));
  return [...once.values()].slice(0, MOST_TOKENS);
}

function memberName({ l1, chains }: EcosystemInfo, id: number): string {
  return [l1, ...chains].find(({ chainId }) => chainId === id)?.name ?? String(id);
}
