import { HyperchainError } from "../../../ground/errors/hyperchain-error.ts";

/** Reason of a refused statement. */
type StatementRefusalCode =
  /** The chain does not settle on this one, or this one imports no statements. */
  | "ChainNotListed"
  /** Another version than that of this chain's open batch. */
  | "VersionMismatch"
  /** L1 records no statements of the version. */
  | "VersionStopped"
  /** The chain's contract here does not store this batch, or another batch is next. */
  | "BatchNotStored"
  /** The proof of the batch does not hold. */
  | "ProofRefused"
  /** This chain is paused. */
  | "BasePaused";

/**
 * A chain imports no statement about a batch of a chain on it.
 * Remedy: follow the message; after BatchNotStored repeat the request later, after BasePaused start this chain first.
 */
export class StatementRefused extends HyperchainError<StatementRefusalCode> {
  override readonly name = "StatementRefused";
}
