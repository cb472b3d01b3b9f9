import type { Hex } from "../../../ground/protocol/hex.ts";
import { HyperchainError } from "../../../ground/errors/hyperchain-error.ts";

/** What went wrong on the way to the settlement layer. */
export type SettlementErrorCode =
  | "Reverted"
  | "TransactionLost"
  | "L1Unreachable"
  | "InsufficientFunds"
  | "GasLimitExceeded"
  | "BatchReplaced"
  /** It takes none of the operations that wait, though the oldest is due. */
  | "BatchOverdue"
  /** It ended longer ago than validators sign for. */
  | "BatchTooOld"
  /** It has another protocol version than L1 gives it by now: an upgrade was scheduled, or withdrawn, unseen. */
  | "VersionChanged"
  /** L1 gives it a data policy of another kind than the chain is run with. */
  | "PolicyOfAnotherKind"
  /** It imports a fact about a batch that L1 will not execute, or did not in time. */
  | "FactVoid"
  | "UnexpectedReceipt"
  | "QuorumUnreachable"
  /** Fewer keys are at hand than must sign, by what L1 says now. It passes once they are, or others have signed. */
  | "SignersMissing"
  | "SignatureForeign"
  | "JournalCorrupt"
  | "JournalUnwritable"
  | "SettlementStopped"
  | "StateReverted";

/** A fact that L1 will not show the chain, and the batch that imports it. */
interface VoidFact {
  readonly batchNumber: bigint;
  readonly index: bigint;
}

/** A custom error of a contract, by name. */
export interface ContractError {
  /** Name in the ABI; `Error` or `Panic` for the language's own; the selector where the ABI has none. */
  readonly name: string;
  /** Arguments in order, as the ABI decodes them. */
  readonly args: readonly unknown[];
  readonly data: Hex;
}

/**
 * Settlement could not go on. `contractError` is there when a contract refused a call.
 * Remedy: follow the message; settlement repeats automatically, for example while a node of L1 is away.
 */
export class SettlementError extends HyperchainError<SettlementErrorCode> {
  override readonly name = "SettlementError";
  readonly contractError: ContractError | undefined;
  /** Of FactVoid: the batch that imports the fact. */
  readonly voided: VoidFact | undefined;

  constructor(
    code: SettlementErrorCode,
    message: string,
    options?: ErrorOptions & { contractError?: ContractError; voided?: VoidFact },
  ) {
    super(code, message, options);
    this.contractError = options?.contractError;
    this.voided = options?.voided;
  }
}
