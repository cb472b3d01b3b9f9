import type { Hint } from "../interpreter/machine-state.ts";

/** An entry of an access list (EIP-2930). */
interface AccessEntry {
  readonly account: bigint;
  readonly slots: readonly bigint[];
}

/** An authorization of EIP-7702, as signed. */
interface Authorization {
  readonly chainId: bigint;
  readonly account: bigint;
  readonly nonce: bigint;
  readonly parity: bigint;
  readonly r: bigint;
  readonly s: bigint;
}

/** A transaction that an account signed, taken apart. Amounts are wei. */
export interface UserTransaction {
  readonly type: 0 | 1 | 2 | 4 | 0x71;
  /** Any number for a transaction without replay protection. */
  readonly chainId: bigint;
  /** False only for type 0 signed without a chain id. */
  readonly isReplayProtected: boolean;
  readonly nonce: bigint;
  /** Gas price for types 0 and 1. */
  readonly feeCap: bigint;
  /** 0 for types 0 and 1. */
  readonly priorityFeeCap: bigint;
  readonly gasLimit: bigint;
  /** Undefined for a creation. */
  readonly to: bigint | undefined;
  readonly value: bigint;
  readonly data: Uint8Array;
  readonly accessList: readonly AccessEntry[];
  readonly authorizations: readonly Authorization[];
  /** Signed fields of type 0x71 in addition to those of all types. */
  readonly typed?: { readonly from: bigint; readonly gasPerPubdata: bigint };
  readonly parity: bigint;
  readonly r: bigint;
  readonly s: bigint;
}

const STEP = { end: 0n, block: 1n, userTransaction: 2n } as const;

/** Witness of a new block. The hash is that of the block before it. */
export function blockHints(timestamp: bigint, parentHash = 0n): Hint[] {
  return [STEP.block, timestamp, parentHash];
}

/** Witness of one user transaction, in the order in which the kernel asks for it. */
export function transactionHints(transaction: UserTransaction): Hint[] {
  const { type, to, accessList, authorizations } = transaction;
  const hints: Hint[] = [
    STEP.userTransaction,
    BigInt(type),
    transaction.chainId,
    transaction.nonce,
    transaction.priorityFeeCap,
    transaction.feeCap,
    transaction.gasLimit,
    to === undefined ? 1n : 0n,
    to ?? 0n,
    transaction.value,
    transaction.isReplayProtected ? 1n : 0n,
    ...dataHints(transaction.data),
  ];
  if (type === 1 || type === 2 || type === 4) {
    hints.push(BigInt(accessList.length));
    for (const { account, slots } of accessList) hints.push(account, BigInt(slots.length), ...slots);
  }
  if (type === 4) {
    hints.push(BigInt(authorizations.length));
    for (const { chainId, account, nonce, parity, r, s } of authorizations) hints.push(chainId, account, nonce, parity, r, s);
  }
  if (transaction.typed !== undefined) hints.push(transaction.typed.from, transaction.typed.gasPerPubdata);
  return [...hints, transaction.parity, transaction.r, transaction.s];
}

/** Bytes of a witness: a length, and the bytes as words, with zeros behind the last. */
export function dataHints(data: Uint8Array): Hint[] {
  const hex = Buffer.from(data)
    .toString("hex")
    .padEnd(64 * Math.ceil(data.length / 32), "0");
  return [BigInt(data.length), ...(hex.match(/.{64}/g) ?? []).map((word) => BigInt(`0x${word}`))];
}

/** Ends a run. */
export function endHints(): Hint[] {
  return [STEP.end];
}
