import type { ExecutionEngine } from "../execution/engine.ts";
import type { GasPrice } from "../mempool/gas-price.ts";
import type { TransactionOrder } from "../mempool/orders.ts";

/** Parts of a running chain that others may bring. What is absent is the package's own. */
export interface RunningPorts {
  /** The sequencer's choice among transactions that wait. */
  readonly order?: TransactionOrder;
  /**
   * Engine of execution, instead of the chain's engine or around it, which it must close. The chain trusts it: validators
   * in separate processes, which execute again, and proofs of execution detect a wrong one.
   */
  readonly engine?: (engine: ExecutionEngine) => ExecutionEngine;
  /** Gas price of transactions. Read for each transaction and each request, so that it may change. */
  readonly gasPrice?: GasPrice;
}
