import { Interface } from "ethers";
import { digestToHex } from "../../ground/protocol/digest.ts";
import { BOOTLOADER_ADDRESS } from "../../ground/protocol/l2-log.ts";
import { PREDEPLOYS } from "../../ground/protocol/predeploys.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import { type SystemRequest, type SystemTransactions, OPENING } from "../../ground/protocol/system-transactions.ts";

/** Gas of the chain's own transactions; EIP-7825's cap, since no account pays for it. */
export const SYSTEM_GAS_LIMIT = 2n ** 24n;

const abi = new Interface([
  OPENING,
  "function closeBatch(uint64 cheatCount, bytes32 hashes)",
  "function importRoot(uint256 registryIndex, bytes32 root)",
]);

/** Batches opened, fed with roots and closed by the predeploys, which compute the outputs themselves. */
export const predeployTransactions: SystemTransactions = {
  opening: (...openBatch) => [bootloaderCall(PREDEPLOYS.SystemContext, abi.encodeFunctionData("openBatch", openBatch))],
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
