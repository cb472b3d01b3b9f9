import assert from "node:assert/strict";
import { createTx, type TypedTransaction } from "@ethereumjs/tx";
import { createAddressFromBigInt } from "@ethereumjs/util";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { comparedMeters } from "./meters.ts";
import { worldOf } from "./contract-call.ts";
import { bytesOf, numberOf, rules } from "./reference.ts";
import type { WorldAccount } from "./world.ts";

const KEY = bytesOf(0x5e0de4n, 32);
const CONTRACT = 0xc0de01n;

/** Answer of a precompiled contract to a contract, with the machine's work for it. */
export interface PrecompileAnswer {
  readonly success: boolean;
  readonly size: bigint;
  /** Keccak-256 of what it returns. */
  readonly hash: bigint;
  /** Gas of the whole transaction, rows of the kernel and opcodes of user code. */
  readonly gasUsed: bigint;
  readonly kernelSteps: number;
  readonly userSteps: number;
}

/** A contract that calls a precompiled one with its call data, and keeps 1 + success, the size and the hash of what is returned. */
export function precompileCaller(address: number): Uint8Array {
  const hex = [
    // CALLDATACOPY(0, 0, size); STATICCALL(gas, address, 0, size, 0, 0)
    ...["365f5f37", "5f5f365f", `61${address.toString(16).padStart(4, "0")}5afa`, "6001015f55", "3d600155"],
    // RETURNDATACOPY(0, 0, size), and its hash
    ...["3d5f5f3e", "3d5f20600255", "00"],
  ].join("");
  return Uint8Array.from(Buffer.from(hex, "hex"));
}

/** Such a call, in a world that has the contract. */
export function precompileCall(
  address: number,
  input: Uint8Array,
  gasLimit = 10_000_000n,
): { readonly accounts: ReadonlyMap<bigint, WorldAccount>; readonly transaction: TypedTransaction } {
  const accounts = worldOf(new Map([[CONTRACT, { code: [...precompileCaller(address)] }]]));
  const fields = { type: 0, nonce: 0n, gasLimit, gasPrice: 3n, to: createAddressFromBigInt(CONTRACT), data: input };
  return { accounts, transaction: createTx(fields, { common: rules }).sign(KEY) };
}

/** Answer of the machine; its units, gas, success and leaves equal the witness's. */
export async function precompileAnswer(address: number, input: Uint8Array, gasLimit?: bigint): Promise<PrecompileAnswer> {
  const { accounts, transaction } = precompileCall(address, input, gasLimit);
  const compared = await comparedMeters(accounts, transaction);
  assert.ok(compared.kind === "ran", compared.kind === "refused" ? compared.reason : "");
  const { leaves, receipt, kernelSteps, userSteps } = compared;
  const [success = 0n, size = 0n, hash = 0n] = [0n, 1n, 2n].map(
    (slot) => leaves.find((leaf) => leaf.leafKind === 0 && leaf.account === CONTRACT && leaf.slot === slot)?.after,
  );
  return { success: success === 2n, size, hash, gasUsed: receipt.gasUsed, kernelSteps, userSteps };
}

/** Expected value of `hash` for these bytes. */
export const returned = (bytes: Uint8Array): bigint => numberOf(keccak_256(bytes));
