import { Transaction } from "ethers";
import { isEip712Transaction } from "../eip712-transaction.ts";
import { gasPriceOf } from "../transaction.ts";
import type { SignedTransaction } from "../transaction.ts";
import type { Fields } from "./zk-fields.ts";

/** A transaction that waits in the pool, in the shape of `eth_getTransactionByHash`. */
export function pendingTransaction(transaction: SignedTransaction, chainId: number): Fields {
  const { hash, type, from, to, valueWei, data, gasLimit, nonce, maxFeePerGasWei, maxPriorityFeePerGasWei } = transaction;
  const dynamicFees = { maxFeePerGas: quantity(maxFeePerGasWei), maxPriorityFeePerGas: quantity(maxPriorityFeePerGasWei) };
  return {
    blockHash: null,
    blockNumber: null,
    transactionIndex: null,
    l1BatchNumber: null,
    l1BatchTxIndex: null,
    hash,
    type: quantity(BigInt(type)),
    chainId: quantity(BigInt(chainId)),
    from,
    to: to ?? null,
    value: quantity(valueWei),
    input: data,
    gas: quantity(gasLimit),
    nonce: quantity(nonce),
    gasPrice: quantity(gasPriceOf(transaction)),
    ...(type < 2 ? {} : dynamicFees),
    ...signatureOf(transaction),
  };
}

function signatureOf(transaction: SignedTransaction): Fields {
  if (isEip712Transaction(transaction)) {
    const { r, s, yParity } = transaction.signature;
    return { r: quantity(BigInt(r)), s: quantity(BigInt(s)), v: quantity(BigInt(yParity)), yParity: quantity(BigInt(yParity)) };
  }
  // Decoded before, so it is signed.
  const { signature } = Transaction.from(transaction.raw);
  if (signature === null) return {};
  const v = transaction.type === 0 ? BigInt(signature.networkV ?? signature.v) : BigInt(signature.yParity);
  return { r: quantity(BigInt(signature.r)), s: quantity(BigInt(signature.s)), v: quantity(v) };
}

function quantity(value: bigint): string {
  return `0x${value.toString(16)}`;
}
