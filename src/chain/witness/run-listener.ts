import type { EVMResult, InterpreterStep, Message } from "@ethereumjs/evm";

/** Hears of a run while it goes on. What it throws breaks the run off. */
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
  /** All so far is undone, and counts no more: the transaction takes more to prove than it pays for, and fails at once now. */
  begunAnew(): void;
}
