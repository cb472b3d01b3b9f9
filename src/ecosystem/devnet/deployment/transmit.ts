import { BaseWallet, type Provider, type Signer, type TransactionRequest } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { broadcastSigned, signedTransaction } from "../../../chain/settlement/l1-sender/signed-transaction.ts";

/**
 * Sends a transaction: resolves with its hash before it is mined, rejects with the provider's error. Wallets sign here, and
 * what is signed goes to the node as it is.
 */
export async function transmit(signer: Signer, transaction: TransactionRequest): Promise<Hex> {
  if (!(signer instanceof BaseWallet)) return (await signer.sendTransaction(transaction)).hash as Hex;
  return broadcastSigned(signer.provider as Provider, await signedTransaction(signer, transaction));
}
