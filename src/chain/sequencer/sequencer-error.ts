import { NamedError } from "../../ground/errors/named-error.ts";

type SequencerErrorCode =
  | "HostileCode"
  | "ExceedsBatch"
  /** The transaction's calls pass on more data than the execution engine can hold. */
  | "CallDataTooLarge"
  /** The transaction runs more instructions than the execution engine can hold. */
  | "TooManySteps"
  /** The transaction exceeds this chain's limit of work, in instructions and precompiled contracts. */
  | "TooHeavy"
  /** The transaction takes more to prove than the EVM's gas pays for; on a proven chain. */
  | "ProvingExceedsGas"
  /** The transaction takes more to prove than one transaction may; on a proven chain. */
  | "ProvingExceedsChunk"
  /** The transaction's target is a precompiled contract that no proof covers; on a proven chain. */
  | "PrecompileNotProven"
  | "NotExecutable"
  /** Another transaction of the same sender and nonce has taken its place, with higher fees or in a block. */
  | "Replaced"
  /** Taken out of the pool on demand. */
  | "Dropped"
  | "StateReverted"
  | "SystemTransactionFailed"
  | "OutputsDiffer"
  | "TimestampInPast"
  | "CheatRefused"
  /** The chain's list of senders does not have the account. */
  | "SenderNotAllowed"
  /** The chain's list of deployers does not have the account. */
  | "DeployerNotAllowed"
  /** The recipient is a contract of the OP Stack that the chain does not have. */
  | "NoSuchPredeploy"
  /** The sender is in the chain's other partition, whose id the transaction does not name. */
  | "WrongPartition"
  /** The chain's order is L1's queue alone. */
  | "QueueOnly"
  /** Several sequencers decide together, and no quorum of them answers. */
  | "Undecided"
  /** A part of a slot is executed, and its sequencer has not published the slot. */
  | "PartHeld"
  | "Stopped";

/** Refusal of a transaction or a state cheat, or the reason why the chain has stopped making blocks. */
export class SequencerError extends NamedError<SequencerErrorCode> {
  override readonly name = "SequencerError";
}

/** Error of a caller whose command belongs to a state that the chain has left. */
export function stateReverted(): SequencerError {
  return new SequencerError("StateReverted", "the chain returned to an earlier state");
}

/** Maximum wait for nodes to decide, in milliseconds, before a caller has an error. */
export const MAX_UNDECIDED_MS = 20_000;

/** Error of a caller for whom no command was decided in MAX_UNDECIDED_MS. */
export function undecided(): SequencerError {
  return new SequencerError(
    "Undecided",
    `the newest command is not decided after ${MAX_UNDECIDED_MS / 1_000} seconds, because no quorum of the chain's nodes answers; restart or heal them`,
  );
}
