import type { Hex } from "../../../ground/protocol/hex.ts";
import type { SignedSlot } from "../../../ground/protocol/slot.ts";
import type { PendingPart, SlotEvidence } from "./slot-log.ts";

/** Executed part of a slot. */
export interface Part {
  readonly id: Hex;
  /** True for each transaction that did not revert. */
  readonly success: readonly boolean[];
  readonly gasUsed: number;
}

/** State of a chain for its sequencer. */
export interface WaitingWork {
  readonly life: Hex;
  /** Null before the first slot. */
  readonly newest: SignedSlot | null;
  /** Part whose slot the chain awaits; null if there is none. */
  readonly pending: Pick<PendingPart, "slot" | "id"> | null;
  /** Serialized transactions that wait in the pool and could be in a block. */
  readonly transactions: readonly Hex[];
}

/** External sequencing of a chain. */
export interface ExternalStatus {
  /** Address of the sequencer's key. */
  readonly sequencer: Hex;
  /** Other chains with the same sequencer. */
  readonly peers: readonly number[];
  /** Number of the newest slot; 0 before the first. */
  readonly newestSlot: number;
  /** Second of the execution of a part whose slot the chain awaits; absent if it awaits none. */
  readonly inDoubtSince?: number;
  /** Second of the sequencer's last new part or slot in this process. */
  readonly heardAt?: number;
  /** True if the chain orders alone again. */
  readonly isCut: boolean;
  /** Slots of one number that the sequencer has signed. */
  readonly evidence: readonly SlotEvidence[];
}
