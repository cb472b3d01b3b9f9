import type { DataChoice } from "../../ground/protocol/data-choice.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { BatchNumber } from "../../ground/protocol/ids.ts";
import type { BlockEnvironment } from "../model/block.ts";
import type { EngineTransaction, UnsignedEngineTransaction } from "../../ground/transaction/transaction.ts";

/** A transaction as its sender made it: nothing that a verifier could compute itself. */
export type InputTransaction = { readonly kind: "signed"; readonly raw: Hex } | UnsignedEngineTransaction;

/** A decided block, without its results except the hash. */
export interface InputBlock {
  readonly environment: BlockEnvironment;
  /** Later blocks can ask for it (BLOCKHASH). A verifier computes it and compares. */
  readonly hash: Hex;
  readonly transactions: readonly InputTransaction[];
}

/** All that a batch consists of, from its opening to its closing block. Plain data. */
export interface BatchInputs {
  readonly batchNumber: BatchNumber;
  /** Hash of the block before its first one. */
  readonly parentHash: Hex;
  readonly blocks: readonly InputBlock[];
  /** Choices of a chain that chooses the method of making each batch's data available. */
  readonly choices?: ShownChoices | undefined;
}

/** Existing choices of the batch, and of the one before. L1 accepts only choices of its policy. */
export interface ShownChoices {
  readonly own: DataChoice | undefined;
  readonly before: DataChoice | undefined;
}

/** Part of a transaction that is an input. */
export function inputTransaction(transaction: EngineTransaction): InputTransaction {
  if (transaction.kind === "signed") return { kind: "signed", raw: transaction.raw };
  const { kind, from, to, valueWei, data, gasLimit, nonce } = transaction;
  return { kind, from, to, valueWei, data, gasLimit, nonce };
}
