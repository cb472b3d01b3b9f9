import { HyperchainError } from "../../../ground/errors/hyperchain-error.ts";

/**
 * A batch, or all batches of a node, are excluded from an aggregator's proofs. Unreadable: the node's answer does not
 * match the method. ChainUnknown: L1's factory has no chain of the node's id. VersionOfOther: the batch is of a version
 * of which another contract takes proofs, or none. RecordMismatch: L1 has not that record of the batch. ProofMismatch:
 * the offered proof is of another batch.
 * Remedy: exclude the node that the message names, or wait until L1 has its batch; the other batches do not need it.
 */
export class AggregatorError extends HyperchainError<
  "Unreadable" | "ChainUnknown" | "VersionOfOther" | "RecordMismatch" | "ProofMismatch"
> {
  override readonly name = "AggregatorError";
}
