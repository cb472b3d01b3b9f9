import { randomBytes } from "node:crypto";
import type { Chain } from "../chain.ts";
import { hexQuantity, toHex } from "../../protocol/hex.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { RpcMethod } from "./dispatch.ts";
import type { GasPrice } from "../mempool/gas-price.ts";

/** What development networks tell about themselves, under Hardhat's and anvil's names. */
export function aboutMethods(
  { engine, chainId, sequencer }: Chain,
  gasPrice: Pick<GasPrice, "toldWei">,
): ReadonlyMap<string, RpcMethod> {
  const instanceId = toHex(randomBytes(32));
  const head = async (): Promise<{ readonly number: Hex; readonly hash: Hex; readonly timestamp: Hex }> =>
    (await engine.request("eth_getBlockByNumber", ["latest", false])) as {
      readonly number: Hex;
      readonly hash: Hex;
      readonly timestamp: Hex;
    };
  return new Map<string, RpcMethod>([
    // The engine then prints what it is asked, and each transaction.
    ["hardhat_setLoggingEnabled", (params) => engine.request("hardhat_setLoggingEnabled", params)],
    [
      "hardhat_metadata",
      async () => {
        const { number, hash } = await head();
        return {
          clientVersion: await engine.request("web3_clientVersion", []),
          chainId,
          instanceId,
          latestBlockNumber: Number(number),
          latestBlockHash: hash,
        };
      },
    ],
    [
      "anvil_nodeInfo",
      async () => {
        const { number, hash, timestamp } = await head();
        const { gasLimit } = sequencer.nextEnvironment;
        return {
          currentBlockNumber: number,
          currentBlockTimestamp: Number(timestamp),
          currentBlockHash: hash,
          hardFork: "osaka",
          transactionOrder: "fifo",
          environment: { baseFee: "0x0", chainId, gasLimit: hexQuantity(gasLimit), gasPrice: hexQuantity(gasPrice.toldWei) },
          forkConfig: { forkUrl: null, forkBlockNumber: null, forkRetryBackoff: null },
        };
      },
    ],
  ]);
}
