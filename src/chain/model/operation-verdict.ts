import type { BlockEnvironment } from "./block.ts";
import type { EngineTransaction } from "../../ground/transaction/transaction.ts";

/** Why an operation of L1's queue does not run (docs/protocol.md). */
export type NotRunReason =
  /** No valid transaction in this state: its sender has code, or its nonce is at its end. */
  | "invalid"
  /** The operation's calls pass on more data than the limit of an engine. */
  | "callData"
  /** The operation takes more to prove than its gas pays for; on a proven chain. */
  | "budget"
  /** The operation takes more to prove than one transaction may, whatever its gas pays for; on a proven chain. */
  | "lone";

/** An operation as it would run: nothing of it is in a block yet. */
export interface JudgedOperation {
  /** Payout of the operation, in a separate block; empty if there is nothing to pay. */
  readonly payout: readonly EngineTransaction[];
  readonly payoutEnvironment: BlockEnvironment;
  readonly operation: EngineTransaction;
  /** Environment of the operation's block, after that of its payout. */
  readonly environment: BlockEnvironment;
}

/** Verdict on an operation, which follows from the state, the operation and the environment of its block alone. */
export interface OperationVerdict {
  /** Undefined where it runs. */
  readonly notRun: NotRunReason | undefined;
  /**
   * Charge: if it runs its gas, on a proven chain a sixth of its units if that is more. If it does not, all of its gas, but
   * nothing if it is not even valid.
   */
  readonly chargedGas: bigint;
}
