import { type Log, zeroPadValue } from "ethers";
import { TRANSFER_TOPIC } from "../../../ground/protocol/erc20-transfer.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { PageWidth } from "../../../chain/settlement-layer/reader/log-pages.ts";
import type { LogBookTerms } from "../queue/log-book.ts";

/** Maximum number of tokens of one account, because any contract can log as many as its gas buys. */
export const MAX_RECEIVED = 240;
/** Pairs of account and token that are kept of a member. */
const MOST_PAIRS = 100_000;
/** Number of blocks of the first query; later ones cover more if there are few logs. */
const FIRST_BLOCKS = 256;

/** Which tokens each account of a member has received: what contracts say by ERC-20's `Transfer`, which any contract can. */
export class ReceivedTokens {
  readonly #maxTokens: number;
  /** Tokens by account; the most recently read or received ones are at the end. */
  readonly #tokensOf = new Map<Hex, Hex[]>();
  #pairs = 0;

  constructor(mostPairs = MOST_PAIRS) {
    this.#maxTokens = mostPairs;
  }

  /** The first 240 that the account received; where it was forgotten, of those since. */
  of(account: Hex): readonly Hex[] {
    const tokens = this.#tokensOf.get(account);
    if (tokens === undefined) return [];
    this.#put(account, tokens);
    return tokens;
  }

  /** Takes a log of `Transfer`. Beyond the bound those accounts are forgotten for which nothing has happened the longest. */
  take({ address, topics }: Pick<Log, "address" | "topics">): void {
    const account = receiverOf(topics);
    if (account === undefined) return;
    const token = address.toLowerCase() as Hex;
    const tokens = this.#tokensOf.get(account) ?? [];
    if (tokens.length >= MAX_RECEIVED || tokens.includes(token)) return;
    tokens.push(token);
    this.#put(account, tokens);
    this.#pairs++;
    for (const [oldest, { length }] of this.#tokensOf) {
      if (this.#pairs <= this.#maxTokens) break;
      this.#tokensOf.delete(oldest);
      this.#pairs -= length;
    }
  }

  #put(account: Hex, tokens: Hex[]): void {
    this.#tokensOf.delete(account);
    this.#tokensOf.set(account, tokens);
  }
}

/** The account of a `Transfer`; undefined of another log, as ERC-721's, whose event of that name has a fourth topic. */
function receiverOf(topics: readonly string[]): Hex | undefined {
  const [, , receiver] = topics;
  if (topics.length !== 3 || receiver === undefined || !receiver.startsWith(PADDING)) return undefined;
  return `0x${receiver.slice(PADDING.length).toLowerCase()}`;
}

const PADDING = `0x${"00".repeat(12)}`;

/**
 * Tokens that accounts received, from a member's logs since a block. Without `account` it covers all
 * accounts, so that each log is read once; with it, only the logs of that account are requested.
 */
export function receivedTokensTerms(fromBlock: number, account?: Hex): LogBookTerms<ReceivedTokens> {
  return {
    topics: [TRANSFER_TOPIC, ...(account === undefined ? [] : [null, zeroPadValue(account, 32)])],
    fromBlock,
    width: new PageWidth(Infinity, account === undefined ? FIRST_BLOCKS : Infinity),
    empty: () => new ReceivedTokens(),
    take: (received, log) => received.take(log),
  };
}
