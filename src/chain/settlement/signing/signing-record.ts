import type { Hex } from "../../../ground/protocol/hex.ts";
import type { BatchCommitment, BatchRevert } from "../../../ground/protocol/quorum.ts";
import { SigningRefusal } from "./signing-refusal.ts";

/**
 * Signatures made or requested for a chain's batches: at no time does one validator sign two batches of one number, or
 * reverts to two batches. L1 accepts only signatures that name its revert count, so those of different counts are
 * independent.
 */
export class SigningRecord {
  readonly #approvals = new Map<bigint, BatchCommitment[]>();
  /** Reverts of all revert counts, because an L1 reorg restores a lower one. */
  #reverts: BatchRevert[] = [];

  /** Whether L1's time may be put back by command, so that what has expired holds again. */
  readonly #l1Returns: boolean;
  /** The last second of approvals that are forgotten. */
  #forgottenUntil = -1n;

  /** `approvals` and `reverts` are those of earlier processes. */
  constructor(
    approvals: readonly BatchCommitment[] = [],
    reverts: readonly BatchRevert[] = [],
    { l1Returns = false }: { readonly l1Returns?: boolean } = {},
  ) {
    this.#l1Returns = l1Returns;
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
   * Notes a revert, to be called before it is signed; no block that L1 makes is of a second before `earliest`. Throws
   * SigningRefusal RevertOverlaps, and notes nothing then. The same revert can be renewed, also when L1 has more batches to take
   * back.
   */
  admitRevert(reversal: BatchRevert, earliest: bigint): void {
    const { firstNumber, revertCount } = reversal;
    const other = this.#reverts.find(
      (each) => each.revertCount === revertCount && each.firstNumber !== firstNumber && each.validUntil >= earliest,
    );
    if (other !== undefined) {
      throw new SigningRefusal(
        "RevertOverlaps",
        `batches are to be reverted from ${firstNumber} on, and a revert from ${other.firstNumber} on can be sent until ${other.validUntil}; L1's next block may be of ${earliest}`,
      );
    }
    this.#noteRevert(reversal);
  }

  /**
   * Forgets approvals and reverts that have expired: no later block of L1 is of an earlier second. Nothing else ends one: a reorg
   * of L1 may undo the execution of a batch, or a revert. No approval begins within the time of those that are forgotten.
   */
  expireBefore(second: bigint): void {
    if (this.#l1Returns) return;
    this.#reverts = this.#reverts.filter(({ validUntil }) => validUntil >= second);
    for (const [batchNumber, approvals] of this.#approvals) {
      for (const { validUntil } of approvals)
        if (validUntil < second && validUntil > this.#forgottenUntil) this.#forgottenUntil = validUntil;
      this.#keep(
        batchNumber,
        approvals.filter(({ validUntil }) => validUntil >= second),
      );
    }
  }

  /** Withdraws an approval without a signature. */
  withdraw(approval: BatchCommitment): void {
    const others = (this.#approvals.get(approval.batchNumber) ?? []).filter((each) => each !== approval);
    this.#keep(approval.batchNumber, others);
  }

  /**
   * Drops all but these commitments, for an L1 that has rewound by command: signatures since then are worthless.
   * Approvals from before still count. True if there was anything to drop.
   */
  forgetAllBut(commitments: ReadonlySet<Hex>): boolean {
    let forgets = this.#reverts.length > 0;
    for (const [batchNumber, approvals] of this.#approvals) {
      const binding = approvals.filter(({ commitment }) => commitments.has(commitment));
      forgets ||= binding.length < approvals.length;
      this.#keep(batchNumber, binding);
    }
    this.#reverts = [];
    return forgets;
  }

  #keep(batchNumber: bigint, approvals: BatchCommitment[]): void {
    if (approvals.length === 0) this.#approvals.delete(batchNumber);
    else this.#approvals.set(batchNumber, approvals);
  }

  #noteRevert(reversal: BatchRevert): void {
    this.#reverts.push(reversal);
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
    return others.reduce((free, { validUntil }) => (validUntil >= free ? validUntil + 1n : free), this.#forgottenUntil + 1n);
  }
}
