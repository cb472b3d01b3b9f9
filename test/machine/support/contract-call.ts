import { type AccessList, createTx, type TypedTransaction } from "@ethereumjs/tx";
import { createAddressFromBigInt, privateToAddress } from "@ethereumjs/util";
import { bytesOf, numberOf, rules } from "./reference.ts";
import type { WorldAccount } from "./world.ts";

const KEY = bytesOf(0x5e0de4n, 32);
/** The account that calls. */
const CALLER = numberOf(privateToAddress(KEY));

/** A contract before the call. */
export interface CalledContract {
  readonly code: readonly number[];
  readonly balance?: bigint;
  readonly nonce?: bigint;
}

/** A world of contracts and a caller who can pay. */
export function worldOf(contracts: ReadonlyMap<bigint, CalledContract>): ReadonlyMap<bigint, WorldAccount> {
  const none = { nonce: 0n, balance: 10n ** 24n, code: new Uint8Array(0), storage: new Map<bigint, bigint>() };
  return new Map([
    [CALLER, none],
    ...[...contracts].map(([address, { code, balance = 0n, nonce = 1n }]): [bigint, WorldAccount] => [
      address,
      { nonce, balance, code: Uint8Array.from(code), storage: new Map() },
    ]),
  ]);
}

/** A transaction of the caller, the first if no other nonce is given: a call of a contract. */
export function callOf(
  to: bigint,
  { gasLimit = 1_000_000n, value = 0n, data = new Uint8Array(0), nonce = 0, accessList = [] as AccessList } = {},
): TypedTransaction {
  const fields = { type: 2, chainId: 1n, nonce: BigInt(nonce), gasLimit, maxFeePerGas: 3n, maxPriorityFeePerGas: 1n };
  return createTx({ ...fields, value, data, accessList, to: createAddressFromBigInt(to) }, { common: rules }).sign(KEY);
}
