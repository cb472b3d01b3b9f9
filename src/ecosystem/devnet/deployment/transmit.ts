import { BaseWallet, type Provider, type Signer, type TransactionRequest } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { broadcastSigned, signedTransaction } from "../../../chain/settlement/l1-sender/signed-transaction.ts";

/**
 * Sends a transaction: resolves with its hash before it is mined, rejects with the provider's error. Wallets sign here,
 * and the signed bytes are sent to the node unchanged.
 */
export async function transmit(signer: Signer, transaction: TransactionRequest): Promise<Hex> {
  if (!(signer instanceof BaseWallet)) return (await signer.sendTransaction(transaction)).hash as Hex;
  return broadcastSigned(signer.provider as Provider, await signedTransaction(signer, transaction));
}
