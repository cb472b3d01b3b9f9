import { isError } from "ethers";
import type { Log, Provider } from "ethers";
import type { Hex } from "../protocol/hex.ts";

/** Which logs are wanted; both as in `eth_getLogs`. */
export interface LogQuestion {
  readonly address: Hex | readonly Hex[];
  readonly topics: (string | string[] | null)[];
  readonly fromBlock: number;
  readonly toBlock: number;
}

/**
 * All logs of a range of blocks, in order. Asks for at most `blocksPerRequest` blocks at a time, and for half as many whenever
 * the node refuses: nodes limit the blocks, or the logs, of an answer. Rejects with the provider's error where it refuses a
 * single block, or does not answer.
 */
export async function readLogs(provider: Provider, { address, topics, fromBlock, toBlock }: LogQuestion, blocksPerRequest = Infinity): Promise<Log[]> {
  const logs: Log[] = [];
  let width = Math.min(blocksPerRequest, toBlock - fromBlock + 1);
  for (let first = fromBlock; first <= toBlock; ) {
    const last = Math.min(toBlock, first + width - 1);
    try {
      logs.push(...(await provider.getLogs({ address: typeof address === "string" ? address : [...address], topics, fromBlock: first, toBlock: last })));
      first = last + 1;
    } catch (error) {
      if (!isRefusal(error) || width === 1) throw error;
      width = Math.ceil(width / 2);
    }
  }
  return logs.sort((a, b) => a.blockNumber - b.blockNumber || a.index - b.index);
}

/** An error that the node answered; ethers has no name of its own for those. */
function isRefusal(error: unknown): boolean {
  return isError(error, "UNKNOWN_ERROR") || isError(error, "SERVER_ERROR");
}
