import type { Signer, TransactionReceipt } from "ethers";
import type { Hex } from "../protocol/hex.ts";
import { bridge } from "./contract-interfaces.ts";
import { proveWithdrawal } from "./inclusion-proof.ts";
import type { L1View } from "./l1-view.ts";

/**
 * Has the bridge on L1 pay a withdrawal to its recipient; anyone may. Undefined while the message's batch is not executed.
 * Rejects with ethers' error when the bridge refuses, for example because it has paid.
 */
export async function claimWithdrawal(
  view: L1View,
  withdrawal: { readonly chainId: bigint; readonly messageHash: Hex; readonly bridgeAddress: Hex },
  signer: Signer,
): Promise<TransactionReceipt | undefined> {
  const place = view.message(withdrawal.chainId, withdrawal.messageHash);
  const claim = place === undefined ? undefined : proveWithdrawal(place);
  if (claim === undefined) return undefined;
  const response = await signer.sendTransaction({
    to: withdrawal.bridgeAddress,
    data: bridge.encodeFunctionData("finalizeDeposit", [claim]),
  });
  return (await response.wait()) ?? undefined;
}
