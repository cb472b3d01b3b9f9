import type { BatchCommitment } from "../protocol/quorum.ts";
import { SigningRefusal } from "./signing-refusal.ts";

/** Batches of which approvals are remembered: far more than wait for L1 at a time. */
const REMEMBERED_BATCHES = 256n;

/**
 * What was signed, or asked to be signed, for a chain's batches: at no time does one validator stand for two batches of one
 * number. L1 takes only signatures that name its revert count, so approvals of different counts are no matter.
 */
export class SigningRecord {
  readonly #approvals = new Map<bigint, BatchCommitment[]>();

  /** Notes an approval, to be called before it is signed. Throws SigningRefusal ApprovalOverlaps, and notes nothing then. */
  admit(approval: BatchCommitment): void {
    const { batchNumber, commitment, validFrom } = approval;
    const free = this.freeFrom(approval);
    if (validFrom < free) {
      throw new SigningRefusal("ApprovalOverlaps", `batch ${batchNumber} as ${commitment} is to be approved from ${validFrom} on, another one of this number is until ${free - 1n}`);
    }
    this.#approvals.set(batchNumber, [...(this.#approvals.get(batchNumber) ?? []), approval]);
    this.#approvals.delete(batchNumber - REMEMBERED_BATCHES);
  }

  /** Forgets everything, for an L1 that has returned to an earlier state by command: what was signed since is of no L1 any more. */
  forget(): void {
    this.#approvals.clear();
  }

  /** The first second in which no other batch of this number is approved. */
  freeFrom({ batchNumber, commitment, revertCount }: Pick<BatchCommitment, "batchNumber" | "commitment" | "revertCount">): bigint {
    const others = (this.#approvals.get(batchNumber) ?? []).filter((each) => each.revertCount === revertCount && each.commitment !== commitment);
    return others.reduce((free, { validUntil }) => (validUntil >= free ? validUntil + 1n : free), 0n);
  }
}
