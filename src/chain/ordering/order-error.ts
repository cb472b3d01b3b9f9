import { NamedError } from "../../ground/errors/named-error.ts";

type OrderErrorCode =
  /** One of the chain's own transactions was not included, or reverted. */
  | "SystemTransactionFailed"
  /** The closing transaction stored another hash than that of the batch's outputs. */
  | "OutputsDiffer"
  /** A priority operation that could run was left out. */
  | "OperationLeftOut"
  /** A priority operation ran that the verdict keeps from running. */
  | "OperationMustNotRun"
  /** The state has a second tree, which no proof of execution covers. */
  | "StatePartitioned"
  /** L1's queue alone makes the order, and the command is not an operation. */
  | "QueueOnly"
  /** L1's queue alone makes the order, and the block has another time than L1's. */
  | "NotTheQueuesSecond"
  /** The chain publishes its inputs, and the command is not among them. */
  | "NotAnInput"
  /** A block would be earlier than the one before it. */
  | "TimeRunsBackwards";

/** The protocol's order forbids a command. The current batch is then unusable. */
export class OrderError extends NamedError<OrderErrorCode> {
  override readonly name = "OrderError";
}
