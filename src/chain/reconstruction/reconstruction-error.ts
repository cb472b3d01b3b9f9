import { HyperchainError } from "../../ground/errors/hyperchain-error.ts";
import type { BatchNumber } from "../../ground/protocol/ids.ts";

/** Why a chain cannot be rebuilt from what L1 was said to hold. */
export type ReconstructionErrorCode =
  /** The address does not answer as a chain's contract. */
  | "NotAHyperchain"
  /** A batch's data was withheld from L1, and no holder was named: only those who keep it can rebuild the state. */
  | "NotARollup"
  /** A batch's data was withheld from L1, and no holder gave them. */
  | "DataWithheld"
  /** The given genesis is not the one that the chain started from. */
  | "GenesisMismatch"
  /** L1's answers lack an event that must exist. */
  | "EventMissing"
  /** A batch's record is not the one whose hash the chain's contract holds. */
  | "RecordMismatch"
  /** The transaction that committed a batch is not there, or holds no commit of it. */
  | "PubdataMissing"
  /** The pubdata, or how much of it there is, differs from what the batch's commitment binds. */
  | "PubdataMismatch"
  /** Inputs of a batch on L1 do not lead to the batch: a quorum signed what it had not executed, or the call is a decoy. */
  | "InputsMismatch"
  /** The state is rebuilt, and no node can make the chain's blocks again: a proof had another hash of a block, or other fees. */
  | "BlocksNotRepeatable"
  /** Bytes that L1's own reader would have refused. */
  | "PubdataMalformed"
  /** Messages and results do not hash to the batch's log root. */
  | "LogRootMismatch"
  /** A priority operation is not the one that the queue's hash names. */
  | "OperationMismatch"
  /** A part of a batch does not hash to what its record says. */
  | "CommitmentMismatch"
  /** A batch that L1 has not executed imports a fact about a batch that no chain of L1 has stored. */
  | "FactNotStored"
  /** The imports of a batch that L1 has not executed have more orders than are tried. */
  | "ImportOrderUnknown"
  /** The rebuilt state's root is not the one that the batch claims or that the chain's contract holds. */
  | "RootMismatch"
  /** Code of an account was published neither by this chain nor by another one. */
  | "BytecodeMissing"
  /** The state names another digest for an account's code than the code has: its validators signed what they had not executed. */
  | "CodeDigestMismatch"
  /** L1 reverted the last block that was read. */
  | "L1Reorganized";

/**
 * The chain was not rebuilt: something is missing, or is not what L1's contracts bind. Nothing of it may be used.
 * Remedy: name another source for the missing data; do not use a chain that L1's contracts do not bind.
 */
export class ReconstructionError extends HyperchainError<ReconstructionErrorCode> {
  override readonly name = "ReconstructionError";
  /** Number of the batch at fault, if there is one. */
  readonly batchNumber: BatchNumber | undefined;

  constructor(
    code: ReconstructionErrorCode,
    message: string,
    options: ErrorOptions & { readonly batchNumber?: BatchNumber } = {},
  ) {
    const { batchNumber, ...rest } = options;
    super(code, batchNumber === undefined ? message : `batch ${batchNumber}: ${message}`, rest);
    this.batchNumber = batchNumber;
  }
}
