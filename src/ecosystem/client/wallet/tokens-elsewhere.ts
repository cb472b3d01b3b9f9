import { getCreateAddress, zeroPadValue, type Provider } from "ethers";
import { TRANSFER_TOPIC } from "../../../ground/protocol/erc20-transfer.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { PageWidth, readLogPages } from "../../../chain/settlement-layer/reader/log-pages.ts";
import { NO_SYMBOL, tokenHoldings } from "../tokens/token-holdings.ts";
import { MAX_RECEIVED } from "./received-tokens.ts";

/** Blocks before the newest in which it is looked for what an account has received: a day and a third of Ethereum's. */
const NEWEST_BLOCKS = 10_000;
/** Requests for them, for which a node that limits its answers may not suffice. */
const MOST_REQUESTS = 12;
/** Creations of one account that are looked at, the newest when it is first looked at. */
const CREATIONS = 1_200;
/** Number of tokens in one call. */
const AT_ONCE = 60;
/** Calls of one look that are for accounts whose contracts all looks share. */
const CALLS_A_LOOK = 10;

/**
 * Tokens that may be an account's on an L1 that runs elsewhere, whose past is not searched: it is long, and nodes refuse it. What
 * it received in the newest blocks, where the node answers that, and contracts that it or an account of the ecosystem created.
 */
export class TokensElsewhere {
  /** Accounts whose contracts are looked at for all. */
  readonly #creators: readonly Hex[];
  readonly #tokens = new Set<Hex>();
  /** First unread nonce of each creator. */
  readonly #next = new Map<Hex, number>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(creators: readonly Hex[]) {
    this.#creators = creators;
  }

  /** Costs some fifty requests at most, whatever the length of the L1's past; what the node refuses is left out. */
  async of(owner: Hex, provider: Provider, fromBlock: number): Promise<readonly Hex[]> {
    const next = this.#last.then(() => this.#readCreators(provider)).catch(() => undefined);
    this.#last = next;
    const [received, created] = await Promise.all([
      newestReceived(owner, provider, fromBlock),
      newestCreated(owner, provider).catch(() => []),
      next,
    ]);
    return [...new Set([...this.#tokens, ...received, ...created])].slice(0, 2 * MAX_RECEIVED);
  }

  /** Continues after the last read nonce. */
  async #readCreators(provider: Provider): Promise<void> {
    let calls = 0;
    for (const from of this.#creators) {
      const count = await provider.getTransactionCount(from);
      let nonce = this.#next.get(from) ?? Math.max(0, count - CREATIONS);
      for (; nonce < count && calls < CALLS_A_LOOK; calls++) {
        const created = createdBy(from, nonce, Math.min(count, nonce + AT_ONCE));
        for (const { address, symbol, decimals } of await tokenHoldings(created, from, provider))
          if ((symbol !== NO_SYMBOL || decimals > 0) && this.#tokens.size < MAX_RECEIVED) this.#tokens.add(address);
        nonce += created.length;
        this.#next.set(from, nonce);
      }
    }
  }
}

function createdBy(from: Hex, first: number, end: number): readonly Hex[] {
  return Array.from({ length: end - first }, (_, i) => getCreateAddress({ from, nonce: first + i }).toLowerCase() as Hex);
}

/** The newest that the account itself created, of whatever kind. */
async function newestCreated(owner: Hex, provider: Provider): Promise<readonly Hex[]> {
  const count = await provider.getTransactionCount(owner);
  return createdBy(owner, Math.max(0, count - AT_ONCE), count);
}

async function newestReceived(owner: Hex, provider: Provider, fromBlock: number): Promise<readonly Hex[]> {
  const found = new Set<Hex>();
  let requests = 0;
  const bounded: Pick<Provider, "getLogs"> = {
    getLogs(filter) {
      if (++requests > MOST_REQUESTS) throw new RangeError("enough was asked");
      return provider.getLogs(filter);
    },
  };
  try {
    const newest = await provider.getBlockNumber();
    const topics = [TRANSFER_TOPIC, null, zeroPadValue(owner, 32)];
    const range = { topics, fromBlock: Math.max(fromBlock, newest - NEWEST_BLOCKS + 1), toBlock: newest };
    for await (const { logs } of readLogPages(bounded, range, new PageWidth(), "newestFirst"))
      for (const { address, topics: own } of logs)
        if (own.length === 3 && found.size < MAX_RECEIVED) found.add(address.toLowerCase() as Hex);
  } catch {
    // The node searches no logs without an address, or limits them: earlier results remain valid.
  }
  return [...found];
}
