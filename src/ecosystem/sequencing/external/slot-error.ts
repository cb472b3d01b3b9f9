import { HyperchainError } from "../../../ground/errors/hyperchain-error.ts";

/** Reasons for the refusal of a part or a slot. */
export type SlotErrorCode =
  /** Another key has signed. */
  | "OtherKey"
  /** The chain has returned to a snapshot since. */
  | "OldLife"
  /** The slot names other chains than those of the sequencer. */
  | "ChainsMismatch"
  /** Another slot has this number. */
  | "ContradictorySlot"
  /** Slots before it are missing. */
  | "SlotMissing"
  /** The number has a slot already. */
  | "SlotTaken"
  /** A chain does not hold the named part. */
  | "PartUnknown"
  /** A part is executed, and its slot is awaited. */
  | "PartHeld"
  /** The chain cannot execute the part. */
  | "PartRefused"
  /** A part that was executed has another result than before. */
  | "PartLost"
  /** Another chain of the sequencer does not run. */
  | "PeerAway"
  /** A chain has stopped for good: its blocks no longer reach L1. */
  | "ChainStopped"
  /** External sequencing of the chain has ended. */
  | "Cut"
  /** The chain is still starting. */
  | "Starting"
  /** The chain refuses the request for another reason. */
  | "Refused";

/**
 * Request of an external sequencer that is refused.
 * Remedy: read `hyperchain_waiting` again, and propose for its life and newest slot.
 */
export class SlotError extends HyperchainError<SlotErrorCode> {
  override readonly name = "SlotError";
}
