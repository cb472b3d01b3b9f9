import type { FeedEntry } from "../chain/rpc/transport/feed.ts";
import type { ActivityBlock } from "../devnet/view/feed/activity.ts";

/** An entry of the feed as the page's readers are told it: a block's with what happened in it, where that is short. */
export interface ToldEntry extends FeedEntry {
  readonly block?: ActivityBlock;
}

/** Blocks of a chain that wait for what happened in them. */
const MOST_WAITING = 16;
/** Characters of a block in words: the page asks for a larger one itself. */
const MOST_CHARACTERS = 2 ** 18;

interface BlocksInWordsPorts {
  /** Asks for what happened in a block; the answer goes to `answer`. */
  readonly ask: (chainId: number, number: number) => void;
  readonly tell: (entry: ToldEntry) => void;
}

/**
 * Tells blocks with what happened in them, so that the page need not ask. One question at a time for each chain: its blocks stay
 * in order, and a chain that is slow holds up no other. Where too many blocks wait, further ones are told as they are.
 */
export class BlocksInWords {
  readonly #ports: BlocksInWordsPorts;
  /** By chain; the first one's question is under way. */
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

  /** What was answered to the question for a block of the chain; undefined where it was refused. */
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
