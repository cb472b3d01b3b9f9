import type { EVM } from "@ethereumjs/evm";
import { Account, bytesToHex, createAddressFromString, hexToBytes } from "@ethereumjs/util";
import type { Hex } from "../../protocol/hex.ts";
import { wordToHex } from "../../protocol/hex.ts";
import type { Block } from "@ethereumjs/block";
import type { FlatState } from "./flat-state.ts";

/** Parts of an account that a call is to see otherwise than they are. */
export interface AccountOverride {
  readonly address: Hex;
  readonly balanceWei?: bigint;
  readonly nonce?: bigint;
  readonly code?: Hex;
  readonly storage?: readonly { readonly slot: bigint; readonly value: bigint }[];
}

/** A call that changes nothing. */
export interface CallRequest {
  readonly from: Hex;
  readonly to: Hex | undefined;
  readonly data: Hex;
  readonly valueWei: bigint;
  /** Gas for the execution, without a transaction's intrinsic cost. */
  readonly gasLimit: bigint;
  readonly overrides: readonly AccountOverride[];
}

export interface CallAnswer {
  readonly success: boolean;
  /** Return data, or revert data. */
  readonly output: Hex;
  readonly gasUsed: bigint;
  /** Why it failed, in the EVM's words. */
  readonly error: string | undefined;
}

/** Runs a call on the given state and undoes it, overrides included. */
export async function runCall(call: CallRequest, evm: EVM, state: FlatState, block: Block): Promise<CallAnswer> {
  const mark = state.mark();
  state.originalStorageCache.clear();
  try {
    for (const override of call.overrides) await applyOverride(override, state);
    const caller = createAddressFromString(call.from);
    const target = call.to === undefined ? {} : { to: createAddressFromString(call.to) };
    const account = (await state.getAccount(caller)) ?? new Account();
    if (account.balance < call.valueWei) {
      return { success: false, output: "0x", gasUsed: 0n, error: `${call.from} cannot pay ${call.valueWei} wei` };
    }
    const { execResult } = await evm.runCall({
      caller,
      origin: caller,
      gasPrice: 0n,
      gasLimit: call.gasLimit,
      data: hexToBytes(call.data),
      value: call.valueWei,
      block,
      ...target,
    });
    return {
      success: execResult.exceptionError === undefined,
      output: bytesToHex(execResult.returnValue) as Hex,
      gasUsed: execResult.executionGasUsed,
      error: execResult.exceptionError?.error,
    };
  } finally {
    await evm.journal.cleanup();
    state.rollback(mark);
  }
}

async function applyOverride(override: AccountOverride, state: FlatState): Promise<void> {
  const address = createAddressFromString(override.address);
  const account = (await state.getAccount(address)) ?? new Account();
  if (override.balanceWei !== undefined) account.balance = override.balanceWei;
  if (override.nonce !== undefined) account.nonce = override.nonce;
  await state.putAccount(address, account);
  if (override.code !== undefined) await state.putCode(address, hexToBytes(override.code));
  for (const { slot, value } of override.storage ?? []) {
    await state.putStorage(address, hexToBytes(wordToHex(slot)), hexToBytes(wordToHex(value)));
  }
}
