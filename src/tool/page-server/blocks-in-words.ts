import type { FeedEntry } from "../../chain/rpc/transport/feed.ts";
import type { ActivityBlock } from "../../ecosystem/devnet/view/feed/activity.ts";

/**
 * Entry of the feed for the page's readers: an entry of a block includes its transactions if they are short.
 */
export interface ToldEntry extends FeedEntry {
  readonly block?: ActivityBlock;
}

/** Blocks of a chain that wait for what happened in them. */
const MOST_WAITING = 16;
/** Maximum characters of a block's description: the page requests a larger one itself. */
const MOST_CHARACTERS = 2 ** 18;

interface BlocksInWordsPorts {
  /** Asks for what happened in a block; the answer goes to `answer`. */
  readonly ask: (chainId: number, number: number) => void;
  readonly tell: (entry: ToldEntry) => void;
}

/**
 * Adds their transactions to entries of blocks, so that the page need not request them. One request at a time
 * for each chain keeps its blocks in order, and a slow chain delays no other. If too many blocks wait,
 * further entries pass unchanged.
 */
export class BlocksInWords {
  readonly #ports: BlocksInWordsPorts;
  /** Waiting entries by chain; the request of the first one is pending. */
  readonly #waiting = new Map<number, readonly FeedEntry[]>();

  constructor(ports: BlocksInWordsPorts) {
    this.#ports = ports;
  }

  take(entry: FeedEntry): void {
    const { type, chainId, number } = entry;
    if (type !== "block" || chainId === undefined || number === undefined) return this.#ports.tell(entry);
    const waiting = this.#waiting.get(chainId) ?? [];
    if (waiting.length >= MOST_WAITING) return this.#ports.tell(entry);
    this.#waiting.set(chainId, [...waiting, entry]);
    if (waiting.length === 0) this.#ports.ask(chainId, number);
  }

  /** Receives the answer for a block of the chain; undefined if the chain refused. */
  answer(chainId: number, blocks: readonly ActivityBlock[] | undefined): void {
    const [first, ...others] = this.#waiting.get(chainId) ?? [];
    if (first === undefined) return;
    this.#waiting.set(chainId, others);
    const block = blocks?.find(({ number }) => number === first.number);
    const isShort = block !== undefined && JSON.stringify(block).length <= MOST_CHARACTERS;
    this.#ports.tell(isShort ? { ...first, block } : first);
    const [next] = others;
    if (next?.number !== undefined) this.#ports.ask(chainId, next.number);
  }
}
