import assert from "node:assert/strict";
import type { TypedTransaction } from "@ethereumjs/tx";
import { codeDigestValue } from "../../../src/proofs/rules/code-digests.ts";
import { UNLIMITED_CODE } from "../../../src/proofs/rules/code-limits.ts";
import { accountHeader, type GenesisAccount } from "../../../src/chain/model/genesis.ts";
import { chainRules } from "../../../src/proofs/rules/chain-rules.ts";
import type { ReexecutedReceipt } from "../../../src/chain/model/block.ts";
import type { EngineTransaction } from "../../../src/ground/transaction/transaction.ts";
import { decodeTransaction } from "../../../src/ground/transaction/decode-transaction.ts";
import { Reexecution } from "../../../src/chain/witness/reexecution.ts";
import { userTransaction } from "../../../src/proofs/execution-proof/batch/user-transaction.ts";
import { impersonationHints } from "../../../src/proofs/machine/hints/batch-hints.ts";
import { blockHints, endHints, transactionHints } from "../../../src/proofs/machine/hints/transaction-hints.ts";
import { FoldedHashes } from "./folded-hashes.ts";
import { Kernel, type LeafChange, type RunResult } from "../../../src/proofs/machine/interpreter/kernel.ts";
import { KernelPanic } from "../../../src/proofs/machine/interpreter/machine-error.ts";
import { toHex, wordToHex } from "../../../src/ground/protocol/hex.ts";
import { prevRandaoOf } from "../../../src/ground/protocol/prev-randao.ts";
import { hexAddress } from "./hex-address.ts";
import { primitives } from "./primitives.ts";
import { hashOf, World, type WorldAccount } from "./world.ts";

const kernel = new Kernel(primitives);
const rules = chainRules(1, UNLIMITED_CODE);
const COINBASE = 0xfeen;
const BLOCK = 400n;
const TIMESTAMP = 1_700_000_000n;
/** Any block's. */
const hashOfBlock = (number: bigint): bigint => hashOf(new TextEncoder().encode(`block ${number}`));

/** Common result of three meters: the witness's, the kernel's and the user mode's. The last two are one sum. */
export interface Agreed {
  readonly kind: "ran";
  readonly receipt: ReexecutedReceipt & { readonly native: NonNullable<ReexecutedReceipt["native"]> };
  /** Rows of the kernel, and opcodes of user code. */
  readonly kernelSteps: number;
  readonly userSteps: number;
  /** Leaves that the machine has changed, which the witness has alike. */
  readonly leaves: readonly LeafChange[];
}

type Compared = Agreed | { readonly kind: "refused"; readonly reason: string };
type Accounts = ReadonlyMap<bigint, WorldAccount>;

/** Runs a signed transaction by the witness and by the machine, and asserts that units, gas and leaves agree. */
export function comparedMeters(accounts: Accounts, transaction: TypedTransaction): Promise<Compared> {
  const signed = decodeTransaction(toHex(transaction.serialize()), rules, { replayProtection: "optional" });
  return compare(accounts, signed, transactionHints(userTransaction(transaction, 1n)));
}

/** Runs a call in the name of an account in the same two ways. */
export function comparedImpersonation(
  accounts: Accounts,
  call: { from: bigint; to: bigint; gasLimit: bigint },
): Promise<Compared> {
  const { gasLimit } = call;
  const fields = { from: hexAddress(call.from), to: hexAddress(call.to), gasLimit, valueWei: 0n, data: "0x", nonce: 0n } as const;
  const hints = impersonationHints({ ...call, value: 0n, data: new Uint8Array(0) });
  return compare(accounts, { kind: "unsigned", isImpersonated: true, ...fields }, hints);
}

async function compare(accounts: Accounts, transaction: EngineTransaction, hints: readonly bigint[]): Promise<Compared> {
  const witness = await startWitness(accounts);
  const environment = {
    ...{ number: BLOCK, timestamp: TIMESTAMP, prevRandao: prevRandaoOf(1n, BLOCK), gasLimit: 2n ** 50n, isMetered: true },
    coinbase: hexAddress(COINBASE),
  };
  const machine = runMachine(accounts, hints);
  let receipt: ReexecutedReceipt;
  try {
    receipt = await witness.run(transaction, environment);
  } catch (error) {
    const reason = (error as Error).message;
    assert.ok(machine instanceof KernelPanic, `the witness refuses what the machine runs: ${reason}`);
    return { kind: "refused", reason };
  }
  assert.ok(!(machine instanceof KernelPanic), `the machine refuses what the witness runs: ${String(machine)}`);
  const [outcome] = machine.transactions;
  const { native, success, gasUsed } = receipt;
  assert.ok(native !== undefined);
  assert.deepEqual(
    { units: BigInt(native.units), success, gasUsed },
    { units: outcome?.units, success: outcome?.status === "success", gasUsed: outcome?.gasUsed },
  );
  for (const leaf of machine.leaves)
    assert.equal(leafOf(witness, leaf), leaf.after, `leaf ${leaf.leafKind} of ${leaf.account.toString(16)} slot ${leaf.slot}`);
  const { kernelSteps = 0, userSteps = 0 } = outcome ?? {};
  return { kind: "ran", receipt: { ...receipt, native }, kernelSteps, userSteps, leaves: machine.leaves };
}

async function startWitness(accounts: ReadonlyMap<bigint, WorldAccount>): Promise<Reexecution> {
  const genesis: GenesisAccount[] = [...accounts].map(([address, { nonce, balance, code, storage }]) => ({
    ...{ address: hexAddress(address), nonce, balanceWei: balance, code: toHex(code) },
    storage: [...storage].map(([slot, value]) => ({ slot, value })),
  }));
  const witness = await Reexecution.create(1, genesis);
  for (let number = BLOCK - 257n; number < BLOCK; number++) witness.rememberHash(number, wordToHex(hashOfBlock(number)));
  return witness;
}

function runMachine(accounts: Accounts, steps: readonly bigint[]): RunResult | KernelPanic {
  const foldedHashes = new FoldedHashes(primitives.compress);
  for (let number = 0n; number < BLOCK - 1n; number++) foldedHashes.fold(hashOfBlock(number));
  const blockHashes = foldedHashes.digest;
  const parent = hashOfBlock(BLOCK - 1n);
  foldedHashes.fold(parent);
  const environment = {
    ...{ chainId: 1n, baseFee: 0n, blockGasLimit: 2n ** 50n },
    boundary: {
      ...{ nextBatch: 3n, open: 1n, blockNumber: BLOCK - 1n, timestamp: TIMESTAMP, coinbase: COINBASE },
      ...{ blockHashes, cheatCount: 0n },
    },
  };
  const hints = [...blockHints(TIMESTAMP, parent), ...steps, ...endHints()];
  const world = new World(accounts);
  try {
    return kernel.run({ environment, state: world, codes: world, foldedHashes }, hints);
  } catch (error) {
    if (error instanceof KernelPanic) return error;
    throw error;
  }
}

function leafOf({ state }: Reexecution, { leafKind, account, slot }: LeafChange): bigint {
  const address = hexAddress(account);
  const found = state.accountAt(address);
  if (found === undefined) return 0n;
  if (leafKind === 0) return state.wordAt(address, wordToHex(slot));
  if (leafKind === 1) return accountHeader(found.nonce, found.balance);
  const code = state.codeAt(address);
  if (leafKind === 2) return code.length === 0 ? 0n : hashOf(code);
  return codeDigestValue(code);
}
