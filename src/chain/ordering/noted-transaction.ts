import { createTxFromRLP } from "@ethereumjs/tx";
import { RLP } from "@ethereumjs/rlp";
import { fromHex, keccak, type Hex } from "../../protocol/hex.ts";
import type { ChainId } from "../../protocol/ids.ts";
import type { TransactionInput } from "../../protocol/noted-inputs.ts";
import { UNLIMITED_CODE } from "../model/code-limits.ts";
import { chainRules } from "../model/rules.ts";
import { eip712Digest, isEip712Transaction } from "../transaction/eip712-transaction.ts";
import type { SignedTransaction } from "../transaction/transaction.ts";

/** A transaction as the hash of its batch's inputs has it: hash of the signed bytes, and signature. */
export function notedTransaction(transaction: SignedTransaction, chainId: ChainId): TransactionInput {
  if (isEip712Transaction(transaction)) {
    const { r, s, yParity } = transaction.signature;
    return { signedHash: eip712Digest(transaction, chainId), yParity: BigInt(yParity), r: BigInt(r), s: BigInt(s) };
  }
  const tx = createTxFromRLP(fromHex(transaction.raw), { common: chainRules(Number(chainId), UNLIMITED_CODE) });
  const { v = 0n, r = 0n, s = 0n } = tx;
  const message = tx.getMessageToSign();
  const signedHash: Hex = keccak(message instanceof Uint8Array ? message : RLP.encode(message));
  // 27 and 28, or from 35 + 2 · chain id on (EIP-155): the first of a pair is odd.
  return { signedHash, yParity: tx.type === 0 ? (v + 1n) % 2n : v, r, s };
}
