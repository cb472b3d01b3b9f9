import type { TypedTransaction } from "@ethereumjs/tx";
import type { UserTransaction } from "../../../src/machine/hints/transaction-hints.ts";
import { numberOf } from "./reference.ts";

/** A signed transaction of ethereumjs, taken apart for the machine. */
export function userTransaction(transaction: TypedTransaction, chainId: bigint): UserTransaction {
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
    feeCap: fees.maxFeePerGas ?? fees.gasPrice ?? 0n,
    priorityFeeCap: fees.maxPriorityFeePerGas ?? 0n,
    gasLimit,
    to: to === undefined ? undefined : numberOf(to.bytes),
    value,
    data,
    accessList: (lists.accessList ?? []).map(([account, slots]) => ({ account: numberOf(account), slots: slots.map(numberOf) })),
    authorizations: (lists.authorizationList ?? []).map((parts) => {
      const [chain, account, authority, parity, sigR, sigS] = parts.map(numberOf) as [
        bigint,
        bigint,
        bigint,
        bigint,
        bigint,
        bigint,
      ];
      return { chainId: chain, account, nonce: authority, parity, r: sigR, s: sigS };
    }),
    parity: type !== 0 ? v : isReplayProtected ? v - 35n - 2n * chainId : v - 27n,
    r,
    s,
  };
}
