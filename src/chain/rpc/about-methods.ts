import { randomBytes } from "node:crypto";
import type { Chain } from "../chain.ts";
import { hexQuantity, toHex } from "../../protocol/hex.ts";
import type { RpcMethod } from "./request/dispatch.ts";
import { booleanParameter } from "./parameters.ts";
import type { GasPrice } from "../mempool/gas-price.ts";

/** What tools know Hardhat's network by. */
export async function clientVersion({ engine }: Chain): Promise<unknown> {
  return engine.hardhat === undefined ? "HardhatNetwork/hyperchain" : engine.hardhat.request("web3_clientVersion", []);
}

/** What development networks tell about themselves, under Hardhat's and anvil's names. */
export function aboutMethods(chain: Chain, gasPrice: Pick<GasPrice, "toldWei">): ReadonlyMap<string, RpcMethod> {
  const { engine, blocks, chainId, sequencer } = chain;
  const instanceId = toHex(randomBytes(32));
  return new Map<string, RpcMethod>([
    // Hardhat's network then prints what it is asked, and each transaction; this package's own engine prints nothing of its own.
    [
      "hardhat_setLoggingEnabled",
      async ([first]) => {
        const enabled = booleanParameter(first);
        await engine.hardhat?.request("hardhat_setLoggingEnabled", [enabled]);
        return true;
      },
    ],
    [
      "hardhat_metadata",
      async () => {
        const { number } = sequencer.head;
        return {
          clientVersion: await clientVersion(chain),
          chainId,
          instanceId,
          latestBlockNumber: Number(number),
          latestBlockHash: (await blocks.block(number))?.hash,
        };
      },
    ],
    [
      "anvil_nodeInfo",
      async () => {
        const { number, timestamp } = sequencer.head;
        const { gasLimit } = sequencer.nextEnvironment;
        return {
          currentBlockNumber: hexQuantity(number),
          currentBlockTimestamp: Number(timestamp),
          currentBlockHash: (await blocks.block(number))?.hash,
          hardFork: "osaka",
          transactionOrder: "fifo",
          environment: { baseFee: "0x0", chainId, gasLimit: hexQuantity(gasLimit), gasPrice: hexQuantity(gasPrice.toldWei) },
          forkConfig: { forkUrl: null, forkBlockNumber: null, forkRetryBackoff: null },
        };
      },
    ],
  ]);
}
