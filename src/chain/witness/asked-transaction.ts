import type { Common } from "@ethereumjs/common";
import { createAccessList2930Tx, createEOACode7702Tx, createLegacyTx, type TypedTransaction } from "@ethereumjs/tx";
import { Account, createAddressFromString, hexToBytes } from "@ethereumjs/util";
import { fromHex, wordToHex } from "../../ground/protocol/hex.ts";
import type { AccountOverride, AskedCall, Authorization } from "./asked-call.ts";
import type { FlatState } from "./flat-state.ts";

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
