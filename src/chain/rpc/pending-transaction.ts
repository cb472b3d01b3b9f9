import { Transaction } from "ethers";
import { isEip712Transaction } from "../transaction/eip712-transaction.ts";
import { gasPriceOf } from "../transaction/transaction.ts";
import type { SignedTransaction } from "../transaction/transaction.ts";
import type { Fields } from "./zk-fields.ts";
import { hexQuantity } from "../../protocol/hex.ts";

/** A transaction that waits in the pool, in the shape of `eth_getTransactionByHash`. */
export function pendingTransaction(transaction: SignedTransaction, chainId: number): Fields {
  const { hash, type, from, to, valueWei, data, gasLimit, nonce, maxFeePerGasWei, maxPriorityFeePerGasWei } = transaction;
  const dynamicFees = { maxFeePerGas: hexQuantity(maxFeePerGasWei), maxPriorityFeePerGas: hexQuantity(maxPriorityFeePerGasWei) };
  return {
    blockHash: null,
    blockNumber: null,
    transactionIndex: null,
    l1BatchNumber: null,
    l1BatchTxIndex: null,
    hash,
    type: hexQuantity(BigInt(type)),
    chainId: hexQuantity(BigInt(chainId)),
    from,
    to: to ?? null,
    value: hexQuantity(valueWei),
    input: data,
    gas: hexQuantity(gasLimit),
    nonce: hexQuantity(nonce),
    gasPrice: hexQuantity(gasPriceOf(transaction)),
    ...(type < 2 ? {} : dynamicFees),
    ...signatureOf(transaction),
  };
}

function signatureOf(transaction: SignedTransaction): Fields {
  if (isEip712Transaction(transaction)) {
    const { r, s, yParity } = transaction.signature;
    return {
      r: hexQuantity(BigInt(r)),
      s: hexQuantity(BigInt(s)),
      v: hexQuantity(BigInt(yParity)),
      yParity: hexQuantity(BigInt(yParity)),
    };
  }
  // Decoded before, so it is signed.
  const { signature } = Transaction.from(transaction.raw);
  if (signature === null) return {};
  const v = transaction.type === 0 ? BigInt(signature.networkV ?? signature.v) : BigInt(signature.yParity);
  return { r: hexQuantity(BigInt(signature.r)), s: hexQuantity(BigInt(signature.s)), v: hexQuantity(v) };
}
