import { HyperchainError } from "../../../ground/errors/hyperchain-error.ts";

type ContinuationErrorCode =
  | "ChainExited"
  | "PorterNotContinued"
  | "OperationsUnknown"
  | "BaseDiffers"
  | "BatchesUnapplied"
  | "FactsOpen"
  | "BatchesChanged"
  | "NoImportedFacts"
  | "NotAValidator"
  | "QuorumNeeded";

/**
 * A rebuilt chain that cannot be gone on with like this. Nothing was started.
 * Remedy: change the option that the message names, or rebuild the chain from a later block of L1.
 */
export class ContinuationError extends HyperchainError<ContinuationErrorCode> {
  override readonly name = "ContinuationError";
}
