import { HyperchainError } from "../../ground/errors/hyperchain-error.ts";

/** Reasons why an execution environment or its chain cannot be run as asked. */
export type EnvironmentErrorCode =
  /** A part of an EVM's chain that other environments do not have. */
  | "NeedsEvm"
  /** The chain's version proves execution, and only the EVM's instructions can be proven. */
  | "ProvenExecution"
  /** A step wrote a leaf that belongs to the protocol. */
  | "ReservedLeaf"
  /** The effects of one step exceed their limit. */
  | "EffectsTooLarge"
  /** The chain is on L1 with batches that the stored commands do not have. */
  | "CommandsMissing"
  /** The chain on L1 has another validator, policy or form. */
  | "OtherChain"
  /** The chain has stopped. */
  | "Stopped";

/**
 * An execution environment or its chain cannot be run as asked.
 * Remedy: correct the environment or the chain's options by the message, and start the chain again.
 */
export class EnvironmentError extends HyperchainError<EnvironmentErrorCode> {
  override readonly name = "EnvironmentError";
}

/** Reasons why a step is refused. */
export type EnvironmentRefusalCode =
  /** The environment's rules do not allow the command. */
  | "AgainstRules"
  /** No imported root contains the message, or its proof is wrong. */
  | "NotIncluded"
  /** The message is not a transfer to this chain. */
  | "NotATransferHere"
  /** The transfer was delivered or refunded before. */
  | "AlreadyDelivered"
  /** The transfer was sent before this chain existed: L1 refunds it to its sender. */
  | "SentBeforeChain"
  /** L1 did not refuse the transfer. */
  | "NotRefused"
  /** The step is earlier than the step before it. */
  | "TimeRunsBackwards";

/**
 * A step that is refused; nothing has changed.
 * Remedy: add the missing part that the message names, such as the import of a root, and send the step again.
 */
export class EnvironmentRefusal extends HyperchainError<EnvironmentRefusalCode> {
  override readonly name = "EnvironmentRefusal";
}
