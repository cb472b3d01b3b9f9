import type { Hex } from "../../ground/protocol/hex.ts";
import type { ChainId } from "../../ground/protocol/ids.ts";
import type { BlockEnvironment, ReexecutedReceipt } from "../model/block.ts";

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
  /** Result of BASEFEE. Default 0, which it is in every block. */
  readonly baseFeeWei?: bigint;
}

/** Result of a call. */
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
  /** True if its calls pass on more data than the execution engine can hold; it was interrupted. */
  readonly exceedsCallData: boolean;
  /** True if it exceeded its limit of instructions; it was interrupted. */
  readonly isLong: boolean;
  /** True if it exceeded its limit of work; it was interrupted. */
  readonly isHeavy: boolean;
  /** True if it exceeded its time limit; it was interrupted. */
  readonly isLate: boolean;
  /** Whether code asked for the block's time, so that in another block it may cost something else. */
  readonly readsTime: boolean;
  /** Accounts and slots that it touched and that are not warm from the start, where it was asked for. */
  readonly accessList: readonly AccessEntry[] | undefined;
}
