import type { Provider } from "ethers";
import type { Hex } from "../protocol/hex.ts";
import { hyperchainInterface, topicOf } from "../settlement-layer/reader/contract-interfaces.ts";
import { DEFAULT_BLOCKS_PER_PAGE, readLogs } from "../settlement-layer/reader/log-pages.ts";

const REQUESTED = topicOf(hyperchainInterface, "NewPriorityRequestId");

/** What a look at a queue found. */
export interface QueuePoll {
  /** Calldata of each transaction that queued something, in order. */
  readonly inputs: readonly string[];
  /** The layer has taken back blocks: all that was read before is void. */
  readonly isAnew: boolean;
}

/** Reads the transactions that queue operations for a chain, on the layer on which it settles. */
export class QueueView {
  readonly #options: { readonly hyperchain: Hex; readonly fromBlock: number };
  readonly #provider: Provider;
  /** Up to this block everything was read. */
  #read: { readonly blockNumber: number; readonly hash: string } | undefined;

  constructor(options: { readonly hyperchain: Hex; readonly fromBlock: number }, { provider }: { readonly provider: Provider }) {
    this.#options = options;
    this.#provider = provider;
  }

  /** Begins with the first block at the next look. */
  forget(): void {
    this.#read = undefined;
  }

  /** What is new. Rejects with the provider's error, and has then read nothing. */
  async poll(): Promise<QueuePoll> {
    const before = this.#read;
    if (before !== undefined && (await this.#provider.getBlock(before.blockNumber))?.hash !== before.hash)
      return { inputs: [], isAnew: true };
    const head = await this.#provider.getBlock("latest");
    const fromBlock = before === undefined ? this.#options.fromBlock : before.blockNumber + 1;
    if (head === null || head.hash === null || head.number < fromBlock) return { inputs: [], isAnew: false };
    const question = { address: this.#options.hyperchain, topics: [REQUESTED], fromBlock, toBlock: head.number };
    const logs = await readLogs(this.#provider, question, DEFAULT_BLOCKS_PER_PAGE);
    const inputs: string[] = [];
    for (const hash of new Set(logs.map(({ transactionHash }) => transactionHash)))
      inputs.push((await this.#provider.getTransaction(hash))?.data ?? "0x");
    this.#read = { blockNumber: head.number, hash: head.hash };
    return { inputs, isAnew: false };
  }
}
