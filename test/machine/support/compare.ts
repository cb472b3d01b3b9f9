import type { TypedTransaction } from "@ethereumjs/tx";
import type { RunEnvironment } from "../../../src/machine/interpreter/environment.ts";
import { Kernel, type RunResult } from "../../../src/machine/interpreter/kernel.ts";
import { BlockHashesNotGivenError, KernelPanic, type PanicReason } from "../../../src/machine/interpreter/machine-error.ts";
import { blockHints, endHints, transactionHints } from "../../../src/machine/hints/transaction-hints.ts";
import { primitives } from "./primitives.ts";
import { runReference } from "./reference.ts";
import { userTransaction } from "../../../src/execution-proof/batch/user-transaction.ts";
import { World, type WorldAccount } from "./world.ts";

const kernel = new Kernel(primitives);
/** Anything: the boundary that tests start from. */
export const ENVIRONMENT: RunEnvironment = {
  chainId: 1n,
  baseFee: 1n,
  blockGasLimit: 30_000_000n,
  boundary: {
    ...{ nextBatch: 3n, open: 1n, blockNumber: 99n, timestamp: 1_700_000_000n, coinbase: 0xfeen },
    ...{ blockHashes: 0n, cheatCount: 0n },
  },
};

/**
 * Both engines agree (and how), the kernel refuses what the other runs, both refuse, the transaction asks for what a world without
 * blocks does not have, or they differ.
 */
export type Comparison =
  | { readonly kind: "equal"; readonly steps: number; readonly success: boolean }
  | { readonly kind: "refused" | "invalid"; readonly reason: PanicReason }
  | { readonly kind: "outside"; readonly reason: "hash of a block" }
  | { readonly kind: "different"; readonly how: string };

/** Runs one transaction in the machine and in ethereumjs, and compares validity, gas, success and every leaf that was read. */
export async function compareEngines(
  accounts: ReadonlyMap<bigint, WorldAccount>,
  transaction: TypedTransaction,
  environment = ENVIRONMENT,
): Promise<Comparison> {
  const expected = await runReference(accounts, environment, transaction);
  const world = new World(accounts);
  const { timestamp } = environment.boundary;
  const hints = [...blockHints(timestamp), ...transactionHints(userTransaction(transaction, environment.chainId)), ...endHints()];
  let result: RunResult;
  try {
    result = kernel.run({ environment, state: world, codes: world }, hints);
  } catch (error) {
    if (error instanceof BlockHashesNotGivenError) return { kind: "outside", reason: "hash of a block" };
    if (!(error instanceof KernelPanic)) throw error;
    return { kind: expected.refused === undefined ? "refused" : "invalid", reason: error.code };
  }
  if (expected.refused !== undefined) return { kind: "different", how: `ran what is invalid: ${expected.refused}` };
  const [outcome] = result.transactions;
  if (outcome === undefined) return { kind: "different", how: "the kernel noted no transaction" };
  const success = outcome.status === "success";
  if (outcome.gasUsed !== expected.gasUsed || success !== expected.success) {
    return {
      kind: "different",
      how: `gas ${outcome.gasUsed} (${outcome.status}), not ${expected.gasUsed} (${expected.success})`,
    };
  }
  for (const leaf of result.leaves) {
    const value = await expected.leaf(leaf);
    if (value !== leaf.after) {
      return {
        kind: "different",
        how: `leaf ${leaf.leafKind} of ${leaf.account.toString(16)} slot ${leaf.slot}: ${leaf.after}, not ${value}`,
      };
    }
  }
  return { kind: "equal", steps: outcome.kernelSteps + outcome.userSteps, success };
}
