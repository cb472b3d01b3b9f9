import type { EVMResult, InterpreterStep, Message } from "@ethereumjs/evm";

/** Receives events of a run. An error that it throws interrupts the run. */
export interface RunListener {
  /** Before an instruction, whether or not its gas suffices. */
  step(step: InterpreterStep): void;
  /** A call or creation begins. */
  beforeMessage(message: Message): void;
  /** The call or creation that began last, and has not ended, ends. */
  afterMessage(result: EVMResult): void;
}

/** Hears of a transaction of a block. */
export interface TransactionListener extends RunListener {
  /**
   * Called when everything so far is undone and void: the transaction takes more to prove than it pays for, and now fails
   * immediately.
   */
  onRestart(): void;
}
