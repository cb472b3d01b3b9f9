import type { Common } from "@ethereumjs/common";
import { createAccessList2930Tx, createEOACode7702Tx, createLegacyTx, type TypedTransaction } from "@ethereumjs/tx";
import { Account, createAddressFromString, hexToBytes } from "@ethereumjs/util";
import { fromHex, wordToHex, type Hex } from "../../protocol/hex.ts";
import type { ChainId } from "../../protocol/ids.ts";
import type { BlockEnvironment, ReexecutedReceipt } from "../model/block.ts";
import type { FlatState } from "./flat-state.ts";

/** Parts of an account that a call is to see otherwise than they are. */
export interface AccountOverride {
  readonly address: Hex;
  readonly balanceWei?: bigint;
  readonly nonce?: bigint;
  readonly code?: Hex;
  /** In the place of its whole storage. */
  readonly state?: readonly StorageEntry[];
  readonly storage?: readonly StorageEntry[];
}

export interface StorageEntry {
  readonly slot: bigint;
  readonly value: bigint;
}

/** An entry of an access list (EIP-2930). */
export interface AccessEntry {
  readonly address: Hex;
  readonly storageKeys: readonly Hex[];
}

/** An entry of an authorization list (EIP-7702), as its signer made it. */
export interface Authorization {
  readonly chainId: ChainId;
  readonly address: Hex;
  readonly nonce: bigint;
  readonly yParity: bigint;
  readonly r: bigint;
  readonly s: bigint;
}

/** A call as if it were a transaction: from any account, whatever its funds, nonce and code. */
export interface AskedCall {
  readonly from: Hex;
  readonly to: Hex | undefined;
  readonly data: Hex;
  readonly valueWei: bigint;
  /** With what the transaction costs before it runs. */
  readonly gasLimit: bigint;
  /** Wei for each gas, as GASPRICE shows it. */
  readonly gasPriceWei: bigint;
  readonly accessList: readonly AccessEntry[];
  readonly authorizations: readonly Authorization[];
}

/** The block that a call sees. */
export interface AskedBlock extends BlockEnvironment {
  /** What BASEFEE shows. Default 0, which it is in every block. */
  readonly baseFeeWei?: bigint;
}

/** What a call did. */
export interface CallOutcome {
  /** With the gas that a transaction would use. Undefined where the call is not valid, or was broken off; `reason` says why. */
  readonly receipt: ReexecutedReceipt | undefined;
  readonly reason: string | undefined;
  /** Return data, or revert data. */
  readonly output: Hex;
  /** Why the execution failed, in the EVM's words. */
  readonly error: string | undefined;
  /** Init code that ran or was to run, at any depth. */
  readonly initCodes: readonly Hex[];
  /** Code that accounts received. */
  readonly runtimeCodes: readonly Hex[];
  /** Accounts that came to a CREATE or CREATE2, at any depth, each once. */
  readonly creators: readonly Hex[];
  /** Its calls pass on more data than the execution engine can hold; it was broken off. */
  readonly exceedsCallData: boolean;
  /** It runs more instructions than it was to; it was broken off. */
  readonly isLong: boolean;
  /** It does more work than it was to; it was broken off. */
  readonly isHeavy: boolean;
  /** It took longer than it might; it was broken off. */
  readonly isLate: boolean;
  /** Whether code asked for the block's time, so that in another block it may cost something else. */
  readonly readsTime: boolean;
  /** No proof covers what it does, as `reason` says; it was broken off. */
  readonly isUnprovable?: boolean;
  /** Accounts and slots that it touched and that are not warm from the start, where it was asked for. */
  readonly accessList: readonly AccessEntry[] | undefined;
}

/** The call as a transaction of the least type that holds it. Throws what ethereumjs throws for one that cannot be. */
export function askedTransaction(call: AskedCall, rules: Common): TypedTransaction {
  const { from, to, gasLimit, gasPriceWei: gasPrice, valueWei: value, authorizations } = call;
  const sender = createAddressFromString(from);
  const fields = {
    nonce: 0n,
    gasLimit,
    value,
    data: hexToBytes(call.data),
    ...(to === undefined ? {} : { to: createAddressFromString(to) }),
  };
  const options = { common: rules, freeze: false };
  const accessList = call.accessList.map(({ address, storageKeys }) => ({ address, storageKeys: [...storageKeys] }));
  let transaction: TypedTransaction;
  if (authorizations.length > 0) {
    const authorizationList = authorizations.map(authorizationBytes);
    transaction = createEOACode7702Tx(
      { ...fields, maxFeePerGas: gasPrice, maxPriorityFeePerGas: gasPrice, accessList, authorizationList },
      options,
    );
  } else if (accessList.length > 0) transaction = createAccessList2930Tx({ ...fields, gasPrice, accessList }, options);
  else transaction = createLegacyTx({ ...fields, gasPrice }, options);
  return Object.assign(transaction, { getSenderAddress: () => sender, isSigned: () => true });
}

/** Changes an account as an override says. */
export async function applyOverride(override: AccountOverride, state: FlatState): Promise<void> {
  const address = createAddressFromString(override.address);
  const account = (await state.getAccount(address)) ?? new Account();
  if (override.balanceWei !== undefined) account.balance = override.balanceWei;
  if (override.nonce !== undefined) account.nonce = override.nonce;
  await state.putAccount(address, account);
  if (override.code !== undefined) await state.putCode(address, hexToBytes(override.code));
  if (override.state !== undefined) await state.clearStorage(address);
  for (const { slot, value } of override.state ?? override.storage ?? []) {
    await state.putStorage(address, hexToBytes(wordToHex(slot)), hexToBytes(wordToHex(value)));
  }
}

function authorizationBytes({
  chainId,
  address,
  nonce,
  yParity,
  r,
  s,
}: Authorization): [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array] {
  return [integer(chainId), fromHex(address), integer(nonce), integer(yParity), integer(r), integer(s)];
}

/** Without leading zeros, as RLP has integers. */
function integer(value: bigint): Uint8Array {
  const digits = value === 0n ? "" : value.toString(16);
  return fromHex(`0x${digits.length % 2 === 0 ? "" : "0"}${digits}`);
}
