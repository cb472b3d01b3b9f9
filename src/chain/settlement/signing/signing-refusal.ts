import { NamedError } from "../../../ground/errors/named-error.ts";

/** Why a validator signs neither this approval nor this revert. */
type SigningRefusalCode =
  /** Another batch of the same number is approved for a part of the time. */
  | "ApprovalOverlaps"
  /** A revert from another batch on, of the same count, can still be sent. */
  | "RevertOverlaps"
  /** The approval would hold longer than the window, or than L1 accepts the batch. */
  | "ApprovalTooLong"
  /** L1 has another count of reverts. */
  | "RevertCountMismatch"
  /** The batch takes none of the waiting operations, though the oldest is due: L1 refuses it. */
  | "OperationOverdue"
  /** The chain has returned to a state before the batch, or rebuilds it, since the validator was asked. */
  | "BatchWithdrawn"
  /** The validator's node has not formed the batch, or has formed another one. */
  | "BatchNotFormed"
  /** L1 has other batches than those that are to be reverted. */
  | "RevertMismatch";

/** A validator refuses to sign. */
export class SigningRefusal extends NamedError<SigningRefusalCode> {
  override readonly name = "SigningRefusal";
}
