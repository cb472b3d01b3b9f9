import { AbiCoder, keccak256 } from "ethers";
import type { TransactionReceipt } from "ethers";
import { interopCenter } from "../../client/contract-interfaces.ts";
import { sentMessages } from "../../client/sent-messages.ts";
import type { Hex } from "../../protocol/hex.ts";
import { PREDEPLOYS } from "../../protocol/predeploys.ts";

/** The message between chains that brings a bridge's record, by its hash, in the receipt of the transaction that sent both. */
export function provenMessageOf(
  payload: string,
  chainId: bigint,
  receipt: Pick<TransactionReceipt, "hash" | "logs">,
): Hex | undefined {
  const passing = receipt.logs
    .filter(({ address }) => address.toLowerCase() === PREDEPLOYS.InteropCenter)
    .map((log) => interopCenter.parseLog(log))
    .find((event) => event?.name === "MessageSent" && event.args["payload"] === payload);
  if (passing === undefined || passing === null) return undefined;
  // Which L1 it is does not matter to bundles.
  const bundles = sentMessages(Number(chainId), 0, receipt).filter(({ type }) => type === "bundle");
  return bundles.find(({ messageHash }) => callIdOf(messageHash) === passing.args["sendId"])?.messageHash;
}

/** How the interop center names the one call of a message. */
function callIdOf(bundleHash: Hex): string {
  return keccak256(AbiCoder.defaultAbiCoder().encode(["bytes32", "uint256"], [bundleHash, 0]));
}
