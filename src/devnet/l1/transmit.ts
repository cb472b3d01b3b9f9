import { BaseWallet } from "ethers";
import type { JsonRpcApiProvider, Signer, TransactionRequest } from "ethers";
import type { Hex } from "../../protocol/hex.ts";
import { signedTransaction } from "../../settlement/l1-sender/signed-transaction.ts";

/**
 * Sends a transaction: resolves with its hash before it is mined, rejects with the provider's error. Wallets sign here, and
 * what is signed goes to the node as it is: `sendTransaction` of ethers would decode it again, encode it anew three times and
 * recover its sender, 20 ms for a contract of full size.
 */
export async function transmit(signer: Signer, transaction: TransactionRequest): Promise<Hex> {
  if (!(signer instanceof BaseWallet)) return (await signer.sendTransaction(transaction)).hash as Hex;
  const raw = await signedTransaction(signer, transaction);
  // Of ethers' providers and of hardhat-ethers', which share no class.
  return (await (signer.provider as JsonRpcApiProvider).send("eth_sendRawTransaction", [raw])) as Hex;
}
