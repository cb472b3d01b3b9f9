import type { ExecutionEngine } from "../execution/engine.ts";
import type { GasPrice } from "../mempool/gas-price.ts";
import type { TransactionOrder } from "../mempool/orders.ts";

/** Parts of a running chain that others may bring. What is absent is the package's own. */
export interface RunningPorts {
  /** The sequencer's choice among transactions that wait. */
  readonly order?: TransactionOrder;
  /**
   * What executes, instead of the chain's own engine or around it. It must close that. The chain believes it: what finds one
   * that is wrong are validators in processes of their own, who execute again, and proofs of execution.
   */
  readonly engine?: (own: ExecutionEngine) => ExecutionEngine;
  /** What transactions pay for gas. Read for each transaction and each question, so it may move. */
  readonly gasPrice?: GasPrice;
}
