import { ReconstructionError } from "../../../chain/reconstruction/reconstruction-error.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { canonicalTxHash, type L2CanonicalTransaction } from "../../../ground/protocol/priority-op.ts";
import { hashStoredBatch, type StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import type { L1Event } from "../../../chain/settlement-layer/reader/l1-event.ts";

/** Location of an event on L1. */
export interface BatchPlace {
  readonly blockNumber: number;
  /** Undefined where only the state that it led to is known. */
  readonly transactionHash: Hex | undefined;
}

/** A batch that is committed and was not reverted. */
export interface CommittedBatch {
  readonly stored: StoredBatch;
  readonly committed: BatchPlace;
  readonly proven: BatchPlace | undefined;
  readonly executed: BatchPlace | undefined;
}

/** Result of a chain's events: its batches without the reverted ones, and its queue. */
export class BatchLedger {
  readonly #live = new Map<bigint, CommittedBatch>();
  readonly #operationHashes: Hex[] = [];
  readonly #operations = new Map<number, L2CanonicalTransaction>();
  #executed = 0n;
  #reverted = 0;

  /** Number of committed batches that were reverted. */
  get revertedCount(): number {
    return this.#reverted;
  }

  /** Batches executed so far. */
  get executedCount(): bigint {
    return this.#executed;
  }

  get operationCount(): number {
    return this.#operationHashes.length;
  }

  /** Takes the next event. Returns the batch that it executes, if it does. Throws ReconstructionError. */
  take(event: L1Event): CommittedBatch | undefined {
    const { blockNumber, transactionHash } = event;
    const place = { blockNumber, transactionHash };
    switch (event.type) {
      case "priorityOperation":
        this.#queue(event.index, event.canonicalTxHash, event.operation);
        return undefined;
      case "batchCommitted":
        this.commit({ stored: event.stored, committed: place, proven: undefined, executed: undefined });
        return undefined;
      case "batchProven": {
        const batch = this.#live.get(event.batchNumber);
        if (batch !== undefined) this.#live.set(event.batchNumber, { ...batch, proven: place });
        return undefined;
      }
      case "batchExecuted":
        return this.execute(event.batchNumber, event.batchHash, place);
      case "batchesReverted":
        for (const number of this.#live.keys()) {
          if (number < event.committed) continue;
          this.#live.delete(number);
          this.#reverted++;
        }
        return undefined;
      case "batchConfirmed":
      case "exitActivated":
      case "transactionRoot":
      case "upgradeScheduled":
      case "upgradeCanceled":
      case "haltedPassed":
      case "termsScheduled":
      case "termsCanceled":
      case "retirementScheduled":
      case "transfersRefused":
        return undefined;
    }
  }

  /** Takes the next batch that was not reverted. */
  commit(batch: CommittedBatch): void {
    this.#live.set(batch.stored.batchNumber, batch);
  }

  /** Adds the next operation of the queue, with its hash alone. */
  queueHash(canonicalTxHash: Hex): void {
    this.#operationHashes.push(canonicalTxHash);
  }

  /** Batches that are committed and not executed, in order. */
  unexecuted(): readonly CommittedBatch[] {
    return [...this.#live.values()].sort((a, b) => (a.stored.batchNumber < b.stored.batchNumber ? -1 : 1));
  }

  /** Hashes of the operations that a batch took. Throws ReconstructionError EventMissing. */
  operationsOf(stored: StoredBatch, previous: StoredBatch): readonly Hex[] {
    const [first, end] = [Number(previous.priorityOpTotal), Number(stored.priorityOpTotal)];
    if (end < first || end > this.#operationHashes.length) {
      const { batchNumber } = stored;
      throw new ReconstructionError(
        "EventMissing",
        `it takes operations ${first} to ${end - 1} of ${this.#operationHashes.length} known`,
        { batchNumber },
      );
    }
    return this.#operationHashes.slice(first, end);
  }

  /** Operations that a batch took, except those that L1 shows by their hashes alone. */
  contentsOf(stored: StoredBatch, previous: StoredBatch): readonly L2CanonicalTransaction[] {
    const [first, end] = [Number(previous.priorityOpTotal), Number(stored.priorityOpTotal)];
    return Array.from({ length: end - first }, (_, i) => this.#operations.get(first + i)).filter((each) => each !== undefined);
  }

  /** Drops the contents of operations before this one, which have been executed. */
  forgetOperations(before: bigint): void {
    for (const index of this.#operations.keys()) {
      if (index >= before) return;
      this.#operations.delete(index);
    }
  }

  /** Hashes of the operations from this one on, in the queue's order. */
  hashesFrom(first: bigint): readonly Hex[] {
    return this.#operationHashes.slice(Number(first));
  }

  /** Operations with contents, not only with hashes. */
  operationsFrom(first: bigint): readonly L2CanonicalTransaction[] {
    return [...this.#operations].filter(([index]) => index >= first).map(([, operation]) => operation);
  }

  /** The next batch is executed. Throws ReconstructionError. */
  execute(batchNumber: bigint, batchHash: Hex, executed: BatchPlace): CommittedBatch {
    const batch = this.#live.get(batchNumber);
    if (batchNumber !== this.#executed || batch === undefined) {
      const reason =
        batch === undefined ? "it is executed, but no event holds its record" : `it is executed after ${this.#executed} others`;
      throw new ReconstructionError("EventMissing", reason, { batchNumber });
    }
    checkRecord(batch.stored, batchHash);
    this.#live.delete(batchNumber);
    this.#executed++;
    return { ...batch, executed };
  }

  #queue(index: bigint, hash: Hex, operation: L2CanonicalTransaction): void {
    const next = this.#operationHashes.length;
    if (index !== BigInt(next))
      throw new ReconstructionError("EventMissing", `operation ${index} follows operation ${next - 1} of the queue`);
    const actual = canonicalTxHash(operation);
    if (actual !== hash)
      throw new ReconstructionError("OperationMismatch", `operation ${index} of the queue hashes to ${actual}, not to ${hash}`);
    this.#operationHashes.push(hash);
    this.#operations.set(next, operation);
  }
}

/** Throws ReconstructionError RecordMismatch unless the record is the one that L1 knows by this hash. */
export function checkRecord(stored: StoredBatch, expected: Hex): void {
  const actual = hashStoredBatch(stored);
  if (actual === expected) return;
  const { batchNumber } = stored;
  throw new ReconstructionError("RecordMismatch", `the record in its event hashes to ${actual}, L1 has ${expected}`, {
    batchNumber,
  });
}
