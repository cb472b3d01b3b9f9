import type { LostChange } from "../../sequencer/replay.ts";
import type { Mark } from "../../core/marks.ts";
import type { BatchNumber } from "../../../ground/protocol/ids.ts";
import type { L2CanonicalTransaction } from "../../../ground/protocol/priority-op.ts";
import type { ImportedRoot } from "../../../ground/protocol/rolling-hash.ts";

/** Batch that waits with imported roots alone. Seconds. */
interface WaitingBatch {
  readonly openedAt: bigint;
  /** Time of the chain's next block. */
  readonly nextBlockAt: bigint;
}

/** A chain of any environment, as its link with L1 drives it. */
export interface LinkedChain {
  readonly chainId: number;
  /** True if the chain takes nothing over. */
  readonly isPaused: boolean;
  /** Error that stopped the chain; undefined while it runs. */
  readonly fault: unknown;
  /** Undefined if no batch is open, or an account waits for the open one. */
  readonly waitingBatch: WaitingBatch | undefined;
  /** Continues a chain that was held up because no batch could be sealed. */
  resume(): void;
  /** Seals the open batch if it waits with imported roots alone. */
  sealWaiting(): Promise<void>;
  /** Seals the open batch if it is full. */
  sealFull(): Promise<void>;
  /** True if the operation stays in L1's queue, with all operations after it. */
  leavesOut(operation: L2CanonicalTransaction): boolean;
  runOperation(operation: L2CanonicalTransaction): Promise<unknown>;
  /** Imports roots of other chains. Resolves with those that the chain did not have. */
  importRoots(roots: readonly ImportedRoot[]): Promise<readonly ImportedRoot[]>;
  /** L1 has executed all batches before this one. */
  executedOnL1(nextBatch: BatchNumber): void;
  /** True if `rewind` can return to the beginning of the batch. */
  remembers(batchNumber: BatchNumber): boolean;
  /**
   * Returns to the beginning of a batch and rebuilds all batches since then, with these operations of L1's queue in the
   * first one, and without imports of these indexes. Resolves with the changes that are lost. Rejects with RangeError for
   * a batch that is not remembered.
   */
  rewind(
    batchNumber: BatchNumber,
    operations: readonly L2CanonicalTransaction[],
    onRewound: () => void,
    without: ReadonlySet<bigint>,
  ): Promise<readonly LostChange[]>;
  /** Marks the chain with its settlement and its view of L1. */
  snapshot(): Promise<Mark>;
  /** True if the chain can still return to the mark. */
  canRevert(mark: Mark): boolean;
  revert(mark: Mark): Promise<void>;
}
