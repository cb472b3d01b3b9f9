/** A command cannot be carried out as the protocol's order asks for it. The batch under way is of no use then. */
export class OrderError extends Error {
  override readonly name = "OrderError";
  readonly code:
    /** One of the chain's own transactions was not included, or reverted. */
    | "SystemTransactionFailed"
    /** The closing transaction sent a message, or stored another hash than that of the batch's outputs. */
    | "OutputsDiffer"
    /** A priority operation that could run was left out. */
    | "OperationLeftOut"
    /** A priority operation ran that the verdict keeps from running. */
    | "OperationMustNotRun"
    /** A block would be earlier than the one before it. */
    | "TimeRunsBackwards";

  constructor(code: OrderError["code"], message: string) {
    super(message);
    this.code = code;
  }
}
