import type { Hex } from "../protocol/hex.ts";
import type { OperationHash } from "../protocol/ids.ts";

/** Fields of every transaction for the EVM. */
export interface TransactionRequest {
  readonly from: Hex;
  /** Undefined for a contract creation. */
  readonly to: Hex | undefined;
  readonly valueWei: bigint;
  readonly data: Hex;
  readonly gasLimit: bigint;
  readonly nonce: bigint;
}

/** A transaction as its sender signed and serialised it (EIP-2718: types 0, 1, 2, 4 and 0x71). */
export interface SignedTransaction extends TransactionRequest {
  readonly kind: "signed";
  readonly hash: Hex;
  readonly raw: Hex;
  readonly type: number;
  readonly maxFeePerGasWei: bigint;
  readonly maxPriorityFeePerGasWei: bigint;
  /** Id of the chain's porter, if it is signed for that one instead of the chain's. */
  readonly porterId?: bigint;
  /** Type 4: it may give accounts code before it runs. */
  readonly delegates: boolean;
}

/**
 * An unsigned transaction: from the bootloader (system transactions), from an aliased sender (priority
 * operations), or from an impersonated account. It pays no fee and its nonce is the sender's next.
 */
export interface UnsignedEngineTransaction extends TransactionRequest {
  readonly kind: "unsigned";
  /** The name under which users know it, where it is a priority operation's own transaction. */
  readonly canonicalTxHash?: OperationHash;
  /** A user's, in the name of an account that did not sign it: a state cheat. Such an account may hold code. */
  readonly isImpersonated?: true;
}

/** A transaction in the form in which the engines run it. */
export type EngineTransaction = SignedTransaction | UnsignedEngineTransaction;

/** True for a user's transaction: signed, or in the name of an impersonated account. */
export function isUsers(transaction: EngineTransaction): boolean {
  return transaction.kind === "signed" || transaction.isImpersonated === true;
}

/** True if the engines support the transaction's serialized form. They run all others from the given sender. */
export function isEthereumTransaction(transaction: EngineTransaction): transaction is SignedTransaction {
  return transaction.kind === "signed" && transaction.type <= LAST_ETHEREUM_TYPE;
}

/**
 * Wei per gas that a transaction pays which the engines do not know the form of. With a base fee of 0 that is the priority
 * fee, as for Ethereum's type 2.
 */
export function gasPriceOf(transaction: EngineTransaction): bigint {
  if (transaction.kind === "unsigned") return 0n;
  const { maxFeePerGasWei, maxPriorityFeePerGasWei } = transaction;
  return maxPriorityFeePerGasWei < maxFeePerGasWei ? maxPriorityFeePerGasWei : maxFeePerGasWei;
}

const LAST_ETHEREUM_TYPE = 4;
