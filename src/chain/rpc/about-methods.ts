import { randomBytes } from "node:crypto";
import type { Chain } from "../chain.ts";
import { hexQuantity, toHex } from "../../ground/protocol/hex.ts";
import type { RpcMethod } from "./request/dispatch.ts";
import { booleanParameter } from "./request/parameters.ts";
import type { GasPrice } from "../mempool/gas-price.ts";

/** Client version by which tools recognize Hardhat's network. */
export const CLIENT_VERSION = "HardhatNetwork/hyperchain";

/** Self-descriptions of development networks, under Hardhat's and anvil's names. */
export function aboutMethods(
  chain: Chain,
  { gasPrice, orderName = "fifo" }: { readonly gasPrice: Pick<GasPrice, "toldWei">; readonly orderName?: string },
): ReadonlyMap<string, RpcMethod> {
  const { blocks, chainId, sequencer } = chain;
  const instanceId = toHex(randomBytes(32));
  return new Map<string, RpcMethod>([
    // Hardhat's network then prints each request and transaction; this package's engine prints nothing.
    [
      "hardhat_setLoggingEnabled",
      async ([first]) => {
        booleanParameter(first);
        return true;
      },
    ],
    [
      "hardhat_metadata",
      async () => {
        const { number } = sequencer.head;
        return {
          clientVersion: CLIENT_VERSION,
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
          transactionOrder: orderName,
          environment: { baseFee: "0x0", chainId, gasLimit: hexQuantity(gasLimit), gasPrice: hexQuantity(gasPrice.toldWei) },
          forkConfig: { forkUrl: null, forkBlockNumber: null, forkRetryBackoff: null },
        };
      },
    ],
  ]);
}
