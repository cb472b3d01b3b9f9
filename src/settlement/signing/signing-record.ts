import type { Hex } from "../../protocol/hex.ts";
import type { BatchCommitment, BatchRevert } from "../../protocol/quorum.ts";
import { SigningRefusal } from "./signing-refusal.ts";

/**
 * What was signed, or asked to be signed, for a chain's batches: at no time does one validator stand for two batches of one
 * number, or for reverts to two batches. L1 takes only signatures that name its revert count, so those of different counts are no
 * matter.
 */
export class SigningRecord {
  readonly #approvals = new Map<bigint, BatchCommitment[]>();
  /** Of the newest revert count. */
  #reverts: BatchRevert[] = [];

  /** `approvals` are those of earlier processes. */
  constructor(approvals: readonly BatchCommitment[] = [], reverts: readonly BatchRevert[] = []) {
    for (const approval of approvals) this.#note(approval);
    for (const reversal of reverts) this.#noteRevert(reversal);
  }

  /** Notes an approval, to be called before it is signed. Throws SigningRefusal ApprovalOverlaps, and notes nothing then. */
  admit(approval: BatchCommitment): void {
    const { batchNumber, commitment, validFrom } = approval;
    const free = this.freeFrom(approval);
    if (validFrom < free) {
      throw new SigningRefusal(
        "ApprovalOverlaps",
        `batch ${batchNumber} as ${commitment} is to be approved from ${validFrom} on, another one of this number is until ${free - 1n}`,
      );
    }
    this.#note(approval);
  }

  /**
   * Notes a revert, to be called before it is signed, at L1's second `now`. Throws SigningRefusal RevertOverlaps, and notes
   * nothing then. The same revert can be renewed, also when L1 has more batches to take back.
   */
  admitRevert(reversal: BatchRevert, now: bigint): void {
    const { firstNumber, revertCount } = reversal;
    const other = this.#reverts.find(
      (each) => each.revertCount === revertCount && each.firstNumber !== firstNumber && each.validUntil >= now,
    );
    if (other !== undefined) {
      throw new SigningRefusal(
        "RevertOverlaps",
        `batches are to be reverted from ${firstNumber} on, and a revert from ${other.firstNumber} on can be sent until ${other.validUntil}; L1's time is ${now}`,
      );
    }
    this.#noteRevert(reversal);
  }

  /** Forgets the batches before this one: L1 has executed them, and takes no other batch of such a number. */
  executedOnL1(nextBatch: bigint): void {
    for (const batchNumber of this.#approvals.keys()) if (batchNumber < nextBatch) this.#approvals.delete(batchNumber);
  }

  /** Takes an approval back that no one has signed. */
  withdraw(approval: BatchCommitment): void {
    const others = (this.#approvals.get(approval.batchNumber) ?? []).filter((each) => each !== approval);
    this.#approvals.set(approval.batchNumber, others);
  }

  /**
   * Forgets all but these commitments, for an L1 that has returned to an earlier state by command: what was signed since is of no
   * L1 any more. Approvals from before still are.
   */
  forgetAllBut(kept: ReadonlySet<Hex>): void {
    for (const [batchNumber, approvals] of this.#approvals) {
      const still = approvals.filter(({ commitment }) => kept.has(commitment));
      if (still.length === 0) this.#approvals.delete(batchNumber);
      else this.#approvals.set(batchNumber, still);
    }
    this.#reverts = [];
  }

  #noteRevert(reversal: BatchRevert): void {
    this.#reverts = [...this.#reverts.filter((each) => each.revertCount >= reversal.revertCount), reversal];
  }

  #note(approval: BatchCommitment): void {
    this.#approvals.set(approval.batchNumber, [...(this.#approvals.get(approval.batchNumber) ?? []), approval]);
  }

  /** The first second in which no other batch of this number is approved. */
  freeFrom({
    batchNumber,
    commitment,
    revertCount,
  }: Pick<BatchCommitment, "batchNumber" | "commitment" | "revertCount">): bigint {
    const others = (this.#approvals.get(batchNumber) ?? []).filter(
      (each) => each.revertCount === revertCount && each.commitment !== commitment,
    );
    return others.reduce((free, { validUntil }) => (validUntil >= free ? validUntil + 1n : free), 0n);
  }
}
