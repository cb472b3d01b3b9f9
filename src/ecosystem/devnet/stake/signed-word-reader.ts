import type { Provider } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { emittedCommits } from "../../../chain/settlement-layer/reader/commit-call.ts";
import { hyperchainInterface, topicOf } from "../../../chain/settlement-layer/reader/contract-interfaces.ts";
import { readLogs } from "../../../chain/settlement-layer/reader/log-pages.ts";
import { lowerCaseAddress } from "../accounts/accounts.ts";
import { signedWordsIn, wordsOfCalls } from "./signed-words.ts";
import type { StakedQuorum } from "./stake-events.ts";
import type { SignedWord } from "./word-book.ts";

const COMMIT_TOPIC = topicOf(hyperchainInterface, "CommitCall");
/** Blocks that are read between two polls of L1's newest block. */
const PAGE_BLOCKS = 200;
/** Blocks that are requested at the same time. */
const CONCURRENT_BLOCKS = 20;
/** Pages that a poll reads again for keys that came later: an account that enlists many keys must not delay reports. */
const REPEATED_PAGES = 2;

interface WordReaderOptions {
  readonly l1: Provider;
  readonly settlementChainId: bigint;
  /** First block with an event of the registry. */
  readonly fromBlock: number;
  readonly onWord: (word: SignedWord) => Promise<void>;
}

/** Blocks up to a head, and the first second whose words still count. */
interface ReadingRange {
  readonly head: number;
  readonly earliest: bigint;
  /** No word in or before this block counts. */
  readonly rewoundAt: number;
}

/**
 * Reads words of staked keys in L1's blocks: each block once for the current keys, and once more, concurrently, for later
 * keys. So new keys delay no words of others.
 */
export class SignedWordReader {
  readonly #options: WordReaderOptions;
  /** Last block that was read for the keys of its time. */
  #upTo: number | undefined;
  #lastBlock: { readonly number: number; readonly hash: string | null } | undefined;
  readonly #keys = new Set<string>();
  /** Blocks that are read again: up to the last one read, and the last one of all. */
  #again: { upTo: number; readonly last: number } | undefined;
  #hasNewKey = false;

  constructor(options: WordReaderOptions) {
    this.#options = options;
  }

  /** Last block whose words are read for all keys. */
  get readUpTo(): number | undefined {
    return this.#again === undefined || this.#upTo === undefined ? this.#upTo : Math.min(this.#upTo, this.#again.upTo);
  }

  /** Last block that was read, with its hash. */
  get lastBlock(): { readonly number: number; readonly hash: string | null } | undefined {
    return this.#lastBlock;
  }

  /** Begins behind this block again, after L1 has dropped those behind it. */
  goBackTo(block: number): void {
    this.#upTo = block;
    this.#lastBlock = undefined;
    if (this.#again !== undefined) this.#again.upTo = Math.min(this.#again.upTo, block);
  }

  /** Reads up to the head. Rejects with L1's error. */
  async read(quorums: readonly StakedQuorum[], range: ReadingRange): Promise<void> {
    this.#noteKeys(quorums);
    if (quorums.length === 0) return;
    this.#upTo ??= await this.#firstOf(range);
    while (this.#upTo < range.head) {
      const last = Math.min(range.head, this.#upTo + PAGE_BLOCKS);
      const hash = await this.#readPage(this.#upTo + 1, last, quorums);
      this.#upTo = last;
      this.#lastBlock = { number: last, hash };
    }
  }

  /** Reads some blocks again for keys that came later. Rejects with L1's error. */
  async readForNewKeys(quorums: readonly StakedQuorum[], range: ReadingRange): Promise<void> {
    if (this.#again === undefined && this.#hasNewKey && this.#upTo !== undefined) {
      this.#again = { upTo: Math.min(await this.#firstOf(range), this.#upTo), last: this.#upTo };
      this.#hasNewKey = false;
    }
    for (let pages = 0; pages < REPEATED_PAGES && this.#again !== undefined; pages++) {
      const { upTo, last: end } = this.#again;
      const last = Math.min(end, range.head, upTo + PAGE_BLOCKS);
      if (last > upTo) await this.#readPage(upTo + 1, last, quorums);
      this.#again.upTo = last;
      if (last >= Math.min(end, range.head)) this.#again = undefined;
    }
  }

  /** Words of a key that was not known were passed over in the blocks before. */
  #noteKeys(quorums: readonly StakedQuorum[]): void {
    const present = new Set(quorums.flatMap(({ hyperchain, keys }) => [...keys].map((key) => `${hyperchain} ${key}`)));
    for (const name of this.#keys) if (!present.has(name)) this.#keys.delete(name);
    for (const name of present) {
      if (this.#keys.has(name)) continue;
      this.#keys.add(name);
      if (this.#upTo !== undefined) this.#hasNewKey = true;
    }
  }

  async #firstOf({ earliest, head, rewoundAt }: ReadingRange): Promise<number> {
    return Math.max(await this.#blockBefore(earliest, head), rewoundAt);
  }

  /** Number of the last block before a second, no older than the registry. */
  async #blockBefore(second: bigint, head: number): Promise<number> {
    let [low, high] = [this.#options.fromBlock - 1, head];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      const block = await this.#options.l1.getBlock(middle);
      if (BigInt(block?.timestamp ?? 0) < second) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Reads the words of these blocks. Resolves with the last block's hash. */
  async #readPage(first: number, last: number, quorums: readonly StakedQuorum[]): Promise<string | null> {
    const { l1, settlementChainId } = this.#options;
    let hash: string | null = null;
    for (let from = first; from <= last; from += CONCURRENT_BLOCKS) {
      const numbers = Array.from({ length: Math.min(CONCURRENT_BLOCKS, last - from + 1) }, (_, i) => from + i);
      for (const block of await Promise.all(numbers.map((number) => l1.getBlock(number, true)))) {
        if (block === null) throw new Error("L1 does not return one of its blocks; it may have dropped it");
        hash = block.hash;
        const transactions = block.prefetchedTransactions.map(({ to, data }) => ({
          to: to === null ? undefined : lowerCaseAddress(to),
          data,
        }));
        await this.#tell(signedWordsIn(transactions, settlementChainId, quorums));
      }
    }
    await this.#readEmittedCommits(first, last, quorums);
    return hash;
  }

  /** Commits that a contract put together itself, which a chain's contract emits. */
  async #readEmittedCommits(fromBlock: number, toBlock: number, quorums: readonly StakedQuorum[]): Promise<void> {
    const { l1, settlementChainId } = this.#options;
    const address: Hex[] = quorums.map(({ hyperchain }) => hyperchain);
    const logs = await readLogs(l1, { address, topics: [COMMIT_TOPIC], fromBlock, toBlock });
    // A transaction can have hundreds of commits, and its receipt has all events.
    const emitters = new Map(
      logs.map(({ address: emitter, transactionHash }) => [`${emitter} ${transactionHash}`, { emitter, transactionHash }]),
    );
    for (const { emitter, transactionHash } of emitters.values()) {
      const hyperchain = lowerCaseAddress(emitter);
      const calls = await emittedCommits(l1, transactionHash as Hex, { hyperchain });
      const chains = quorums.filter((quorum) => quorum.hyperchain === hyperchain);
      await this.#tell(wordsOfCalls(calls, settlementChainId, chains));
    }
  }

  async #tell(words: readonly SignedWord[]): Promise<void> {
    for (const word of words) await this.#options.onWord(word);
  }
}
