import type { DataChoice } from "../../ground/protocol/data-choice.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { BatchNumber } from "../../ground/protocol/ids.ts";
import type { BlockEnvironment } from "../model/block.ts";
import type { EngineTransaction, UnsignedEngineTransaction } from "../../ground/transaction/transaction.ts";

/** A transaction as its sender made it: nothing that a verifier could compute itself. */
export type InputTransaction = { readonly kind: "signed"; readonly raw: Hex } | UnsignedEngineTransaction;

/** A block as it was decided, without anything that came of it but its name. */
export interface InputBlock {
  readonly environment: BlockEnvironment;
  /** Later blocks can ask for it (BLOCKHASH). A verifier computes it and compares. */
  readonly hash: Hex;
  readonly transactions: readonly InputTransaction[];
}

/** All that a batch consists of, from its opening to its closing block. Plain data. */
export interface BatchInputs {
  readonly batchNumber: BatchNumber;
  /** Of the block before its first one, as above. */
  readonly parentHash: Hex;
  readonly blocks: readonly InputBlock[];
  /** Of a chain that chooses for each batch how its data are made available. */
  readonly choices?: ShownChoices | undefined;
}

/** What was chosen, as far as it is: of the batch, and of the one before. L1 takes only what its own policy says. */
export interface ShownChoices {
  readonly own: DataChoice | undefined;
  readonly before: DataChoice | undefined;
}

/** What of a transaction is input. */
export function inputTransaction(transaction: EngineTransaction): InputTransaction {
  if (transaction.kind === "signed") return { kind: "signed", raw: transaction.raw };
  const { kind, from, to, valueWei, data, gasLimit, nonce } = transaction;
  return { kind, from, to, valueWei, data, gasLimit, nonce };
}
