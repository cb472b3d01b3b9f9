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
