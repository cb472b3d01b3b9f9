import type { Provider } from "ethers";
import type { Chain } from "../../chain.ts";
import { HyperchainError } from "../../../ground/errors/hyperchain-error.ts";
import type { PriorityOperation } from "../../../ground/protocol/system-transactions.ts";
import { digestToHex } from "../../../ground/protocol/digest.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { BatchNumber } from "../../../ground/protocol/ids.ts";
import type { L2CanonicalTransaction } from "../../../ground/protocol/priority-op.ts";
import type { StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import { MovableClock } from "../../../ground/runtime/movable-clock.ts";
import type { OperationOnL1 } from "./l1-inflow.ts";

/** Parts of a chain's window for operations that a batch is open: settling one takes less than the others. */
const BATCHES_IN_WINDOW = 4n;

/** Executed batches to which the chain can still rewind, because a reorg may revert their execution. */
const REMEMBERED_BATCHES = 8n;

/** Seconds from a batch's first operation to its end, on a chain whose order is L1's queue alone. */
export function batchSeconds(priorityOpWindow: bigint): bigint {
  const seconds = priorityOpWindow / BATCHES_IN_WINDOW;
  return seconds === 0n ? 1n : seconds;
}

/** The second at which the open batch ends at the latest; undefined where none is open. */
export function endOfBatch(
  { openedAt }: Pick<Chain["sequencer"], "openedAt">,
  { priorityOpWindow }: QueueOrderOptions,
): bigint | undefined {
  return openedAt === undefined ? undefined : openedAt + batchSeconds(priorityOpWindow);
}

interface QueueOrderOptions {
  readonly priorityOpWindow: bigint;
}

interface QueueOrderDependencies {
  readonly l1: Pick<Provider, "getBlock">;
  /** The chain's, which no other part of the process reads. */
  readonly time: MovableClock;
  /** L1's record of a batch that it has executed; undefined before. */
  readonly executed: (batchNumber: BatchNumber) => Promise<Pick<StoredBatch, "commitment" | "newStateRoot"> | undefined>;
}

/** Visible part of the queue. */
export interface SeenQueue {
  next(): OperationOnL1 | undefined;
  taken(): void;
  /** The newest block of L1 of which everything was read. */
  readonly upTo: number | undefined;
}

/** The time of a chain whose order is L1's queue alone: it stands until L1's next block says another. */
export function queueTime(): MovableClock {
  return new MovableClock({
    nowMs: () => 0,
    after: () => {
      throw new TypeError("nothing on such a chain is due by its own time");
    },
  });
}

/**
 * Order of a chain that has only L1's queue, so that every account derives the same blocks: each operation runs at the time
 * of its block on L1. A batch opens with an operation, and ends a quarter of the chain's window later, or before an
 * operation that might not fit. It is sealed after L1 has executed the previous batch, whose commitment it contains, by any
 * settler.
 */
export class QueueOrder {
  readonly #dependencies: QueueOrderDependencies;
  readonly #options: QueueOrderOptions;
  /** Timestamps of the last requested blocks. */
  readonly #seconds = new Map<number, bigint>();

  constructor(options: QueueOrderOptions, dependencies: QueueOrderDependencies) {
    this.#options = options;
    this.#dependencies = dependencies;
  }

  /**
   * Applies L1's queue. Resolves with the operations that were taken. Rejects with L1's error, or the chain's; with
   * SettledOtherwiseError if L1 has executed a batch that these rules do not derive.
   */
  async derive(
    chain: Chain,
    queue: SeenQueue,
    carriedOut: (operation: L2CanonicalTransaction) => PriorityOperation,
  ): Promise<readonly L2CanonicalTransaction[]> {
    const { time } = this.#dependencies;
    const { sequencer } = chain;
    const taken: L2CanonicalTransaction[] = [];
    for (;;) {
      const next = queue.next();
      const reached = await this.#secondsOf(next?.blockNumber ?? queue.upTo);
      const end = endOfBatch(sequencer, this.#options);
      if (end !== undefined && reached !== undefined && reached >= end) {
        if (await this.#seal(chain)) continue;
        return taken;
      }
      if (next === undefined || reached === undefined) return taken;
      const operation = carriedOut(next.operation);
      // An opening has the second of its batch's first operation, a closing that of the last.
      if (sequencer.openedAt === undefined) await time.moveTo(reached);
      if (!(await sequencer.takesPriorityOp(operation))) {
        if (await this.#seal(chain)) continue;
        return taken;
      }
      await time.moveTo(reached);
      await sequencer.runPriorityOp(operation);
      queue.taken();
      taken.push(next.operation);
    }
  }

  /** In the second of the batch's last operation. Resolves with false while L1 has not executed the batch before. */
  async #seal(chain: Chain): Promise<boolean> {
    const { batchNumber } = chain.sequencer;
    if (batchNumber > 0n && !(await this.#followsL1(chain, batchNumber - 1n))) return false;
    await chain.seal();
    return true;
  }

  async #followsL1(chain: Chain, batchNumber: BatchNumber): Promise<boolean> {
    const record = await this.#dependencies.executed(batchNumber);
    if (record === undefined) return false;
    const derived = digestToHex(chain.tree.root);
    if (record.newStateRoot !== derived) throw new SettledOtherwiseError(batchNumber, { onL1: record.newStateRoot, derived });
    chain.settledAs(record.commitment);
    if (batchNumber >= REMEMBERED_BATCHES) chain.executedOnL1(batchNumber - REMEMBERED_BATCHES);
    return true;
  }

  async #secondsOf(blockNumber: number | undefined): Promise<bigint | undefined> {
    if (blockNumber === undefined) return undefined;
    const known = this.#seconds.get(blockNumber);
    if (known !== undefined) return known;
    const block = await this.#dependencies.l1.getBlock(blockNumber);
    if (block === null) return undefined;
    this.#seconds.clear();
    this.#seconds.set(blockNumber, BigInt(block.timestamp));
    return BigInt(block.timestamp);
  }
}

/**
 * The operations are the queue's, in its order: a settler may have given them other blocks and times than all others.
 * Remedy: rebuild the chain from L1 with `hyperchain:reconstruct`.
 */
export class SettledOtherwiseError extends HyperchainError<"SettledOtherwise"> {
  override readonly name = "SettledOtherwiseError";

  constructor(batchNumber: BatchNumber, { onL1, derived }: { readonly onL1: Hex; readonly derived: Hex }) {
    super(
      "SettledOtherwise",
      `L1 has executed batch ${batchNumber} with the state root ${onL1}, but the queue results in ${derived} by the rules of such chains; ` +
        "rebuild the state from L1 with hyperchain:reconstruct",
    );
  }
}
