import { HyperchainError } from "../../ground/errors/hyperchain-error.ts";

/** Stable code of a failure of a held account. */
export type HeldAccountErrorCode =
  | "ActMismatch"
  | "AlreadyRedeemed"
  | "DamagedFile"
  | "ExitNotOpen"
  | "FileExists"
  | "FileMismatch"
  | "IncompleteRecord"
  | "InsufficientHolding"
  | "InvalidProof"
  | "NoContract"
  | "NoFile"
  | "NotClaimed"
  | "NotListed"
  | "NotPayable"
  | "NotRegistered"
  | "NotStopped"
  | "TooManyItems"
  | "TreeMismatch"
  | "UnknownOpening";

/**
 * Failure of a held account's owner. The message has the values and the remedy.
 * Remedy: follow the end of the message.
 */
export class HeldAccountError extends HyperchainError<HeldAccountErrorCode> {
  override readonly name = "HeldAccountError";
}
