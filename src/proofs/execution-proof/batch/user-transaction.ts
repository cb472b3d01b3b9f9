import { createTxFromRLP, type TypedTransaction } from "@ethereumjs/tx";
import { chainRules } from "../../rules/chain-rules.ts";
import { UNLIMITED_CODE } from "../../rules/code-limits.ts";
import { isEip712Transaction } from "../../../ground/transaction/eip712-transaction.ts";
import type { SignedTransaction } from "../../../ground/transaction/transaction.ts";
import type { UserTransaction } from "../../machine/hints/transaction-hints.ts";
import { fromHex } from "../../../ground/protocol/hex.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";

/** A signed transaction taken apart for the machine. */
export function signedTransaction(transaction: SignedTransaction, chainId: ChainId): UserTransaction {
  if (!isEip712Transaction(transaction)) {
    const rules = chainRules(Number(chainId), UNLIMITED_CODE);
    return userTransaction(createTxFromRLP(fromHex(transaction.raw), { common: rules }), chainId);
  }
  const { nonce, maxFeePerGasWei, maxPriorityFeePerGasWei, gasLimit, to, valueWei, data, gasPerPubdata, from } = transaction;
  const { r, s, yParity } = transaction.signature;
  return {
    type: 0x71,
    chainId,
    isReplayProtected: true,
    nonce,
    gasLimit,
    value: valueWei,
    feeCap: maxFeePerGasWei,
    priorityFeeCap: maxPriorityFeePerGasWei,
    to: BigInt(to ?? 0),
    data: fromHex(data),
    accessList: [],
    authorizations: [],
    typed: { from: BigInt(from), gasPerPubdata },
    parity: BigInt(yParity),
    r: BigInt(r),
    s: BigInt(s),
  };
}

/** A transaction of Ethereum's types, as ethereumjs reads it. */
export function userTransaction(transaction: TypedTransaction, chainId: ChainId): UserTransaction {
  const type = transaction.type;
  if (type === 3) throw new RangeError("blob transactions do not exist here");
  const { nonce, gasLimit, to, value, data, v = 0n, r = 0n, s = 0n } = transaction;
  const fees = transaction as { gasPrice?: bigint; maxFeePerGas?: bigint; maxPriorityFeePerGas?: bigint };
  const lists = transaction as { accessList?: [Uint8Array, Uint8Array[]][]; authorizationList?: Uint8Array[][] };
  const isReplayProtected = type !== 0 || v > 28n;
  return {
    type,
    chainId,
    isReplayProtected,
    nonce,
    gasLimit,
    value,
    data,
    r,
    s,
    feeCap: fees.maxFeePerGas ?? fees.gasPrice ?? 0n,
    priorityFeeCap: fees.maxPriorityFeePerGas ?? 0n,
    to: to === undefined ? undefined : numberOf(to.bytes),
    accessList: (lists.accessList ?? []).map(([account, slots]) => ({ account: numberOf(account), slots: slots.map(numberOf) })),
    authorizations: (lists.authorizationList ?? []).map((parts) => {
      const [chain = 0n, account = 0n, authority = 0n, parity = 0n, sigR = 0n, sigS = 0n] = parts.map(numberOf);
      return { chainId: chain, account, nonce: authority, parity, r: sigR, s: sigS };
    }),
    parity: type !== 0 ? v : isReplayProtected ? v - 35n - 2n * chainId : v - 27n,
  };
}

function numberOf(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
}
