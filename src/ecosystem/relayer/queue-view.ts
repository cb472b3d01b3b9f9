import { toBeHex, type Log, type Provider } from "ethers";
import type { Hex } from "../../ground/protocol/hex.ts";
import { hyperchainInterface, topicOf } from "../../chain/settlement-layer/reader/contract-interfaces.ts";
import { DEFAULT_BLOCKS_PER_PAGE, readLogs } from "../../chain/settlement-layer/reader/log-pages.ts";

const REQUESTED = topicOf(hyperchainInterface, "NewPriorityRequest");

/** A transaction that queued something. */
interface QueueRequest {
  /** Calldata of the transaction. */
  readonly input: string;
  /** Targets of its operations on the chain, in order. */
  readonly recipients: readonly Hex[];
}

/** Result of a poll of a queue. */
interface QueuePoll {
  /** Each transaction that queued something, in order. */
  readonly requests: readonly QueueRequest[];
  /** True if the layer has rewound: all earlier operations are void. */
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

  /** New operations. Rejects with the provider's error, and has then read nothing. */
  async poll(): Promise<QueuePoll> {
    const before = this.#read;
    if (before !== undefined && (await this.#provider.getBlock(before.blockNumber))?.hash !== before.hash)
      return { requests: [], isAnew: true };
    const head = await this.#provider.getBlock("latest");
    const fromBlock = before === undefined ? this.#options.fromBlock : before.blockNumber + 1;
    if (head === null || head.hash === null || head.number < fromBlock) return { requests: [], isAnew: false };
    const question = { address: this.#options.hyperchain, topics: [REQUESTED], fromBlock, toBlock: head.number };
    const logs = await readLogs(this.#provider, question, DEFAULT_BLOCKS_PER_PAGE);
    const recipients = new Map<string, Hex[]>();
    for (const log of logs)
      recipients.set(log.transactionHash, [...(recipients.get(log.transactionHash) ?? []), recipientOf(log)]);
    const requests: QueueRequest[] = [];
    for (const [hash, called] of recipients) {
      const input = (await this.#provider.getTransaction(hash))?.data ?? "0x";
      requests.push({ input, recipients: called });
    }
    this.#read = { blockNumber: head.number, hash: head.hash };
    return { requests, isAnew: false };
  }
}

function recipientOf({ data }: Pick<Log, "data">): Hex {
  const { transaction } = hyperchainInterface.decodeEventLog("NewPriorityRequest", data);
  return toBeHex((transaction as { readonly to: bigint }).to, 20) as Hex;
}
