import type { Hex } from "../protocol/hex.ts";

/** What went wrong on the way to the settlement layer. */
export type SettlementErrorCode =
  | "Reverted"
  | "TransactionLost"
  | "L1Unreachable"
  | "InsufficientFunds"
  | "GasLimitExceeded"
  | "BatchReplaced"
  | "BatchOverdue"
  | "UnexpectedReceipt"
  | "QuorumUnreachable"
  | "SignatureForeign"
  | "JournalCorrupt"
  | "JournalUnwritable"
  | "SettlementStopped"
  | "StateReverted";

/** A custom error of a contract, by name. */
export interface ContractError {
  /** Name in the ABI; `Error` or `Panic` for the language's own; the selector where the ABI has none. */
  readonly name: string;
  /** Arguments in order, as the ABI decodes them. */
  readonly args: readonly unknown[];
  readonly data: Hex;
}

/** Settlement could not go on. `contractError` is there when a contract refused a call. */
export class SettlementError extends Error {
  override readonly name = "SettlementError";
  readonly code: SettlementErrorCode;
  readonly contractError: ContractError | undefined;

  constructor(code: SettlementErrorCode, message: string, options?: ErrorOptions & { contractError?: ContractError }) {
    super(message, options);
    this.code = code;
    this.contractError = options?.contractError;
  }
}
