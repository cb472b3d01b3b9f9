import type { Provider } from "ethers";
import { ReconstructionError } from "../../../chain/reconstruction/reconstruction-error.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import {
  decodeL1Event,
  HYPERCHAIN_TOPICS,
  SETTINGS_TOPICS,
  type L1Event,
} from "../../../chain/settlement-layer/reader/l1-event.ts";
import { PageWidth, readLogPages } from "../../../chain/settlement-layer/reader/log-pages.ts";

interface L1HistoryRange {
  readonly hyperchain: Hex;
  /** Settings of all chains. */
  readonly settings: Hex;
  readonly fromBlock: number;
  readonly toBlock: number;
  /** Maximum number of blocks per request for logs; fewer if the node refuses this number. */
  readonly blocksPerRequest: number;
}

/** The chain's events, and the settings', in a part of L1's blocks. */
interface L1HistoryPage {
  /** Last block of the part. */
  readonly blockNumber: number;
  /** In L1's order. */
  readonly events: readonly L1Event[];
}

/**
 * All events of a chain's contract, and of the settings of all chains, page by page, so that memory does not grow with
 * the history. Rejects with the provider's error if it refuses a single block, with ReconstructionError RecordMismatch
 * for an unreadable event.
 */
export async function* readHistory(provider: Provider, range: L1HistoryRange): AsyncGenerator<L1HistoryPage> {
  const { hyperchain, settings, fromBlock, toBlock, blocksPerRequest } = range;
  const addresses = [hyperchain, settings];
  const question = { address: addresses, topics: [[...HYPERCHAIN_TOPICS, ...SETTINGS_TOPICS]], fromBlock, toBlock };
  for await (const { blockNumber, logs } of readLogPages(provider, question, new PageWidth(blocksPerRequest))) {
    const events = logs.flatMap((log) => {
      if (log.removed || !addresses.includes(log.address.toLowerCase() as Hex)) return [];
      try {
        return decodeL1Event(log) ?? [];
      } catch (error) {
        throw new ReconstructionError(
          "RecordMismatch",
          `log ${log.index} of L1 block ${log.blockNumber} is not an event of a chain's contract`,
          { cause: error },
        );
      }
    });
    yield { blockNumber, events };
  }
}

/**
 * The block in which a contract was created, or an earlier one: none of its events is older. Needs an archive node; on others it
 * is 0.
 */
export async function findCreation(provider: Provider, contract: Hex, head: number): Promise<number> {
  let [low, high] = [0, head];
  try {
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((await provider.getCode(contract, middle)) === "0x") low = middle + 1;
      else high = middle;
    }
    return low;
  } catch {
    // The node has forgotten old states.
    return 0;
  }
}
