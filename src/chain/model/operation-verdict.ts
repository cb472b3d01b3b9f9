import type { BlockEnvironment } from "./block.ts";
import type { EngineTransaction } from "../../ground/transaction/transaction.ts";

/** Why an operation of L1's queue does not run (docs/protocol.md). */
export type NotRunReason =
  /** No valid transaction in this state: its sender has code, or its nonce is at its end. */
  | "invalid"
  /** It runs or deploys code that begins with an incomplete PUSH20. */
  | "code"
  /** Its calls pass on more data than an engine is to hold. */
  | "callData"
  /** It takes more to prove than an operation may. */
  | "budget"
  /** It calls a precompiled contract that no proof of format 2 covers. */
  | "precompile"
  /** It takes more to prove than one transaction of format 3 may, whatever its gas pays for. */
  | "lone"
  /** It asks for the hash of the block that pays it out, which does not exist before the payout. */
  | "blockHash";

/** An operation as it would run: nothing of it is in a block yet. */
export interface JudgedOperation {
  /** Its payout, in a block of its own; none where there is nothing to pay. */
  readonly payout: readonly EngineTransaction[];
  readonly payoutEnvironment: BlockEnvironment;
  readonly operation: EngineTransaction;
  /** Of the operation's own block: the one after its payout. */
  readonly environment: BlockEnvironment;
}

/** What becomes of an operation, which follows from the state, the operation and the environment of its block alone. */
export interface OperationVerdict {
  /** Undefined where it runs. */
  readonly notRun: NotRunReason | undefined;
  /**
   * What it is charged: where it runs its gas, in format 3 a sixth of its units where that is more. Where it does not, all of its
   * gas, but nothing where it is not even valid.
   */
  readonly chargedGas: bigint;
}
