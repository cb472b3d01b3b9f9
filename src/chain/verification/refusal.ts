import { NamedError } from "../../ground/errors/named-error.ts";

/** Why a batch is not what its inputs lead to, or its inputs are not what the chain's rules allow. */
export type BatchRefusalCode =
  /** Blocks do not follow from each other, or their environment is not the chain's. */
  | "BlockMismatch"
  /** The batch forgets the hashes of the blocks before it where transactions could still ask for them. */
  | "HashesForgotten"
  /** A signed transaction cannot be read, or cannot run in this state. */
  | "TransactionInvalid"
  /** The chain's own transactions are not those that the rules ask for here, or one of them failed. */
  | "SystemTransactionMismatch"
  /** A priority operation that is not the next one in L1's queue. */
  | "OperationUnknown"
  /** A priority operation that could run did not. */
  | "OperationLeftOut"
  /** A priority operation ran that must not, by the rules of the protocol's version. */
  | "OperationMustNotRun"
  /** An imported root that L1's registry does not have. */
  | "ImportedRootUnknown"
  /** The closing transaction wrote another hash than the outputs have. */
  | "OutputsMismatch"
  /** The batch ends later than L1's present: it can be signed after L1 has reached its end. */
  | "TimestampAhead"
  /** The batch ends too long before L1's present: operations could have become overdue unseen. */
  | "TimestampTooOld"
  /** The batch has another protocol version by the validator's data of L1 than it was formed for. */
  | "VersionMismatch"
  /** The batch is not the next one. */
  | "BatchNumberMismatch"
  /** The inputs lead to another commitment than the one that is to be signed. */
  | "CommitmentMismatch"
  /** The chain's first state is not the one that L1 has. */
  | "GenesisMismatch";

/** A verifier does not agree with a batch. Nothing of the batch is kept. */
export class BatchRefusal extends NamedError<BatchRefusalCode> {
  override readonly name = "BatchRefusal";
}
