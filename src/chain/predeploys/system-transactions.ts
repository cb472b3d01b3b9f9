import { Interface } from "ethers";
import { digestToHex } from "../../ground/protocol/digest.ts";
import { BOOTLOADER_ADDRESS } from "../../ground/protocol/l2-log.ts";
import { PREDEPLOYS } from "../../ground/protocol/predeploys.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import { OPENINGS, type SystemRequest, type SystemTransactions } from "../../ground/protocol/system-transactions.ts";

/** Gas of the chain's own transactions; EIP-7825's cap, since no account pays for it. */
export const SYSTEM_GAS_LIMIT = 2n ** 24n;

const abi = new Interface([
  ...OPENINGS,
  "function closeBatch(uint64 cheatCount, bytes32 hashes)",
  "function importRoot(uint256 registryIndex, bytes32 root)",
]);

/** Batches opened, fed with roots and closed by the predeploys, which compute the outputs themselves. */
export const predeployTransactions: SystemTransactions = {
  opening: (batchNumber, hashesSince, coinbase) => {
    const data =
      coinbase === undefined
        ? abi.encodeFunctionData("openBatch(uint64,uint64)", [batchNumber, hashesSince])
        : abi.encodeFunctionData("openBatch(uint64,uint64,address)", [batchNumber, hashesSince, coinbase]);
    return [bootloaderCall(PREDEPLOYS.SystemContext, data)];
  },
  imports: (roots) =>
    roots.map(({ registryIndex, root }) =>
      bootloaderCall(PREDEPLOYS.ImportedRoots, abi.encodeFunctionData("importRoot", [registryIndex, root])),
    ),
  closing: ({ cheatCount }, { digest }) =>
    bootloaderCall(PREDEPLOYS.SystemContext, abi.encodeFunctionData("closeBatch", [cheatCount, digestToHex(digest)])),
};

/** A call from the bootloader, without value. */
export function bootloaderCall(to: Hex, data: string): SystemRequest {
  return { from: BOOTLOADER_ADDRESS, to, valueWei: 0n, data: data as Hex, gasLimit: SYSTEM_GAS_LIMIT };
}
