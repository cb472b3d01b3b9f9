import { AbiCoder, keccak256 } from "ethers";
import type { TransactionReceipt } from "ethers";
import type { SentPacket } from "../../bridges/layerzero/book.ts";
import { interopCenter } from "../../client/contract-interfaces.ts";
import { sentMessages } from "../../client/sent-messages.ts";
import type { Hex } from "../../protocol/hex.ts";
import { PREDEPLOYS } from "../../protocol/predeploys.ts";

/** The message between chains that passes a packet on, by its hash, in the receipt of the transaction that sent both. */
export function provenMessageOf(
  { header, payloadHash, sent }: SentPacket,
  receipt: Pick<TransactionReceipt, "hash" | "logs">,
): Hex | undefined {
  const payload = AbiCoder.defaultAbiCoder().encode(["bytes", "bytes32"], [header, payloadHash]);
  const passing = receipt.logs
    .filter(({ address }) => address.toLowerCase() === PREDEPLOYS.InteropCenter)
    .map((log) => interopCenter.parseLog(log))
    .find((event) => event?.name === "MessageSent" && event.args["payload"] === payload);
  if (passing === undefined || passing === null) return undefined;
  // Which L1 it is does not matter to bundles.
  const bundles = sentMessages(Number(sent.chainId), 0, receipt).filter(({ type }) => type === "bundle");
  return bundles.find(({ messageHash }) => callIdOf(messageHash) === passing.args["sendId"])?.messageHash;
}

/** How the interop center names the one call of a message. */
function callIdOf(bundleHash: Hex): string {
  return keccak256(AbiCoder.defaultAbiCoder().encode(["bytes32", "uint256"], [bundleHash, 0]));
}
