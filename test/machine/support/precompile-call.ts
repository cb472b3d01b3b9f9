import assert from "node:assert/strict";
import { createTx, type TypedTransaction } from "@ethereumjs/tx";
import { createAddressFromBigInt } from "@ethereumjs/util";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { userTransaction } from "../../../src/execution-proof/batch/user-transaction.ts";
import { blockHints, endHints, transactionHints } from "../../../src/machine/hints/transaction-hints.ts";
import { Kernel, kernelRows } from "../../../src/machine/interpreter/kernel.ts";
import { userWeights } from "../../../src/protocol/native-budget.ts";
import type { Format } from "../../../src/protocol/protocol-version.ts";
import { codeDigestValue } from "../../../src/chain/model/code-digests.ts";
import { compareEngines, ENVIRONMENT } from "./compare.ts";
import { worldOf } from "./contract-call.ts";
import { primitives } from "./primitives.ts";
import { bytesOf, numberOf, rules } from "./reference.ts";
import { World, type WorldAccount } from "./world.ts";

const KEY = bytesOf(0x5e0de4n, 32);
const CONTRACT = 0xc0de01n;
const kernel = new Kernel(primitives);
const kernel3 = new Kernel(primitives, kernelRows(3), userWeights(3));

/** What a contract gets from a precompiled one, and what the machine did for that. */
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

/** What the machine has, whose gas, success and leaves are those of ethereumjs. */
export async function precompileAnswer(address: number, input: Uint8Array, gasLimit?: bigint): Promise<PrecompileAnswer> {
  const { accounts, transaction } = precompileCall(address, input, gasLimit);
  const compared = await compareEngines(accounts, transaction);
  assert.equal(compared.kind, "equal", JSON.stringify(compared));
  return machineAnswer(accounts, transaction);
}

/** The same without the comparison, by the kernel of a format. The world's codes have the digests of format 2. */
export function machineAnswer(
  accounts: ReadonlyMap<bigint, WorldAccount>,
  transaction: TypedTransaction,
  format: Format = 2,
): PrecompileAnswer {
  const world = new World(accounts);
  const codes = {
    codeOf: (digest: bigint) => world.codeOf(digest),
    isLengthFirst: (digest: bigint, code: Uint8Array) => codeDigestValue(code, 2) === digest,
  };
  const run = format === 2 ? kernel : kernel3;
  const { leaves, transactions } = run.run({ environment: ENVIRONMENT, state: world, codes: format === 2 ? world : codes }, [
    ...blockHints(ENVIRONMENT.boundary.timestamp),
    ...transactionHints(userTransaction(transaction, ENVIRONMENT.chainId)),
    ...endHints(),
  ]);
  const [success = 0n, size = 0n, hash = 0n] = [0n, 1n, 2n].map(
    (slot) => leaves.find((leaf) => leaf.leafKind === 0 && leaf.account === CONTRACT && leaf.slot === slot)?.after,
  );
  return { success: success === 2n, size, hash, ...transactions[0]! };
}

/** What `hash` is of these bytes. */
export const returned = (bytes: Uint8Array): bigint => numberOf(keccak_256(bytes));
