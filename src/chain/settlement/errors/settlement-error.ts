import type { Hex } from "../../../ground/protocol/hex.ts";
import { HyperchainError } from "../../../ground/errors/hyperchain-error.ts";

/** Codes of failures on the path to the settlement layer. */
export type SettlementErrorCode =
  | "Reverted"
  | "TransactionLost"
  | "L1Unreachable"
  | "InsufficientFunds"
  | "GasLimitExceeded"
  /** The node takes no such transaction, whenever it comes: for its size, its gas, or what it costs to run or to prove. */
  | "Refused"
  /** The node ends each request for its time. Settlement tries a call of fewer batches, and repeats that of one. */
  | "NodeTooSlow"
  | "BatchReplaced"
  /** The batch takes none of the waiting operations, though the oldest is due. */
  | "BatchOverdue"
  /** The batch ended longer ago than validators sign for. */
  | "BatchTooOld"
  /** The batch has another protocol version than L1 now gives it: an upgrade was scheduled, or withdrawn, unseen. */
  | "VersionChanged"
  /** L1 gives it a data policy of another kind than the chain is run with. */
  | "PolicyOfAnotherKind"
  /** The batch imports a fact about a batch that L1 will not execute, or did not in time. */
  | "FactVoid"
  /** The batch imports a statement that L1 has not recorded, and its proof is not stored here. */
  | "EvidenceMissing"
  | "UnexpectedReceipt"
  | "QuorumUnreachable"
  /** Fewer signer keys are loaded than L1 now requires. It passes when they are, or others have signed. */
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
 * Settlement could not continue. `contractError` is set if a contract refused a call.
 * Remedy: follow the message; settlement repeats automatically, for example while a node of L1 is away.
 */
export class SettlementError extends HyperchainError<SettlementErrorCode> {
  override readonly name = "SettlementError";
  readonly contractError: ContractError | undefined;
  /** For FactVoid: the batch that imports the fact. */
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

/** True if a call of fewer batches may pass: this one is refused, or takes longer than the node allows. */
export function isLessTried(error: unknown): error is SettlementError {
  return isCallRefused(error) || isTooSlow(error);
}

/** True if the node ended requests for their time. Its speed decides that, so no batch ends by it. */
export function isTooSlow(error: unknown): error is SettlementError {
  return error instanceof SettlementError && error.code === "NodeTooSlow";
}

/** True if L1 or its node refuses the call, for its contents, its gas or its work. */
export function isCallRefused(error: unknown): error is SettlementError {
  return error instanceof SettlementError && ["Reverted", "GasLimitExceeded", "Refused"].includes(error.code);
}
