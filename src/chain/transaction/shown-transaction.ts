import { Transaction, type AccessList, type Authorization } from "ethers";
import { hexQuantity, type Hex } from "../../protocol/hex.ts";
import { isEip712Transaction, type Eip712Transaction } from "./eip712-transaction.ts";
import { gasPriceOf, type EngineTransaction, type SignedTransaction } from "./transaction.ts";

/** An object of an RPC answer. */
export type ShownFields = Readonly<Record<string, unknown>>;

/** A transaction that waits in the pool, in the shape of `eth_getTransactionByHash`. */
export function pendingTransaction(transaction: SignedTransaction, chainId: number): ShownFields {
  const place = { blockHash: null, blockNumber: null, transactionIndex: null, l1BatchNumber: null, l1BatchTxIndex: null };
  // What it pays is known when it has a block.
  return { ...place, ...signedTransaction(transaction, chainId), gasPrice: hexQuantity(transaction.maxFeePerGasWei) };
}

/** What its sender has signed. */
function signedTransaction(transaction: SignedTransaction, chainId: number): ShownFields {
  const { hash, type, from, to, valueWei, data, gasLimit, nonce, maxFeePerGasWei, maxPriorityFeePerGasWei } = transaction;
  const dynamicFees = { maxFeePerGas: hexQuantity(maxFeePerGasWei), maxPriorityFeePerGas: hexQuantity(maxPriorityFeePerGasWei) };
  return {
    hash,
    type: hexQuantity(BigInt(type)),
    from,
    to: to ?? null,
    value: hexQuantity(valueWei),
    input: data,
    gas: hexQuantity(gasLimit),
    nonce: hexQuantity(nonce),
    gasPrice: hexQuantity(gasPriceOf(transaction)),
    ...(type < 2 ? {} : dynamicFees),
    ...(isEip712Transaction(transaction)
      ? { chainId: hexQuantity(BigInt(chainId)), ...eip712Signature(transaction) }
      : signedFields(transaction.raw)),
  };
}

/** A transaction that a block holds, without its place there. `hash`: the chain's own name for it. */
export function minedTransaction(transaction: EngineTransaction, hash: Hex, chainId: number): ShownFields {
  if (transaction.kind === "signed") return { ...signedTransaction(transaction, chainId), hash };
  const { from, to, valueWei, data, gasLimit, nonce } = transaction;
  return {
    hash,
    type: "0x0",
    from,
    to: to ?? null,
    value: hexQuantity(valueWei),
    input: data,
    gas: hexQuantity(gasLimit),
    nonce: hexQuantity(nonce),
    gasPrice: "0x0",
    // In the place of a signature, as Hardhat shows what an impersonated account has sent.
    v: hexQuantity(2 * chainId + 35),
    r: hexQuantity(BigInt(from)),
    s: hexQuantity(BigInt(from)),
  };
}

function eip712Signature({ signature: { r, s, yParity } }: Eip712Transaction): ShownFields {
  const parity = hexQuantity(BigInt(yParity));
  return { r: hexQuantity(BigInt(r)), s: hexQuantity(BigInt(s)), v: parity, yParity: parity };
}

/** What only the signed bytes tell. */
function signedFields(raw: Hex): ShownFields {
  const { type, chainId, accessList, authorizationList, signature } = Transaction.from(raw);
  // Decoded before, so it is signed.
  if (signature === null) return {};
  const parity = hexQuantity(BigInt(signature.yParity));
  return {
    ...(chainId === 0n ? {} : { chainId: hexQuantity(chainId) }),
    ...(accessList === null ? {} : { accessList: accessList.map(lowerCaseEntry) }),
    ...(authorizationList === null ? {} : { authorizationList: authorizationList.map(shownAuthorization) }),
    r: hexQuantity(BigInt(signature.r)),
    s: hexQuantity(BigInt(signature.s)),
    ...(type === 0 ? { v: hexQuantity(BigInt(signature.networkV ?? signature.v)) } : { v: parity, yParity: parity }),
  };
}

function lowerCaseEntry({ address, storageKeys }: AccessList[number]): object {
  return { address: address.toLowerCase(), storageKeys };
}

function shownAuthorization({ chainId, address, nonce, signature: { r, s, yParity } }: Authorization): object {
  return {
    chainId: hexQuantity(chainId),
    address: address.toLowerCase(),
    nonce: hexQuantity(nonce),
    yParity: hexQuantity(BigInt(yParity)),
    r: hexQuantity(BigInt(r)),
    s: hexQuantity(BigInt(s)),
  };
}
