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

/** The second at which the open batch ends at the latest by the rules; undefined if none is open. */
export function endOfBatch(
  { openedAt }: Pick<Chain["sequencer"], "openedAt">,
  { priorityOpWindow }: QueueOrderOptions,
): bigint | undefined {
  return openedAt === undefined ? undefined : openedAt + batchSeconds(priorityOpWindow);
}

interface QueueOrderOptions {
  readonly priorityOpWindow: bigint;
}

/** L1's record of an executed batch, as far as the order reads it. */
type ExecutedBatch = Pick<StoredBatch, "commitment" | "newStateRoot" | "priorityOpTotal">;

interface QueueOrderDependencies {
  readonly l1: Pick<Provider, "getBlock">;
  /** The chain's, which no other part of the process reads. */
  readonly time: MovableClock;
  /** Number of batches that L1 has executed. */
  readonly executedBatches: () => Promise<bigint>;
  /** L1's record of a batch that it has executed; undefined before. */
  readonly executed: (batchNumber: BatchNumber) => Promise<ExecutedBatch | undefined>;
}

/** Visible part of the queue. */
export interface SeenQueue {
  next(): OperationOnL1 | undefined;
  takeNext(): void;
  /** The batch of the operations that were taken last is sealed. */
  sealed(): void;
  /** The newest block of L1 of which everything was read. */
  readonly upTo: number | undefined;
}

/** Records of executed batches, each the result of one read of L1. */
class ExecutedRecords {
  /** Number of batches that L1 has executed. */
  readonly count: bigint;
  readonly #read: QueueOrderDependencies["executed"];
  readonly #records = new Map<BatchNumber, Promise<ExecutedBatch | undefined>>();

  constructor(count: bigint, read: QueueOrderDependencies["executed"]) {
    this.count = count;
    this.#read = read;
  }

  /** Record of the batch; undefined if L1 has not executed it. */
  async of(batchNumber: BatchNumber): Promise<ExecutedBatch | undefined> {
    if (batchNumber >= this.count) return undefined;
    const record = this.#records.get(batchNumber) ?? this.#read(batchNumber);
    this.#records.set(batchNumber, record);
    return record;
  }
}

/** Next operation of the queue, if there is one, and L1's records of the chain. */
interface Look {
  readonly next: OperationOnL1 | undefined;
  /** Newest block of L1 that was read completely. */
  readonly upTo: number | undefined;
  readonly records: ExecutedRecords;
  readonly carriedOut: (operation: L2CanonicalTransaction) => PriorityOperation;
}

/** Seals the open batch if L1 has executed the one before. */
async function sealNext(chain: Chain, { count }: ExecutedRecords): Promise<"sealed" | "wait"> {
  if (chain.sequencer.batchNumber > count) return "wait";
  await chain.seal();
  return "sealed";
}

/** Operations that the chain has taken from the queue, with those of its open batch. */
function operationsIn({ sequencer, operationsTaken }: Chain): bigint {
  return operationsTaken() + BigInt(sequencer.openOperations);
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

/** Result of a derivation. */
export interface Derived {
  /** Operations that were taken. */
  readonly operations: readonly L2CanonicalTransaction[];
  /**
   * A batch that L1 has executed with fewer or more operations than here. The chain must return to its beginning, and the
   * queue be read again from there; then the derivation adopts L1's cut.
   */
  readonly otherCut: BatchNumber | undefined;
}

/**
 * Order of a chain that has only L1's queue, so that every account derives the same blocks: each operation runs at the time
 * of its block on L1. A batch opens with an operation, and ends a quarter of the chain's window later, or before an
 * operation that might not fit. A batch that L1 has executed ends with its settler's last operation: a cut changes no outcome. A
 * batch is sealed after L1 has executed the previous one, whose commitment it contains, by any settler.
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
   * Applies L1's queue. Rejects with L1's error, or the chain's; with SettledOtherwiseError if the same cut has another state on
   * L1.
   */
  async derive(
    chain: Chain,
    queue: SeenQueue,
    carriedOut: (operation: L2CanonicalTransaction) => PriorityOperation,
  ): Promise<Derived> {
    const { executedBatches, executed } = this.#dependencies;
    const records = new ExecutedRecords(await executedBatches(), executed);
    const operations: L2CanonicalTransaction[] = [];
    let otherCut = await this.#otherCut(chain, records);
    while (otherCut === undefined) {
      const next = queue.next();
      const step = await this.#step(chain, { next, upTo: queue.upTo, records, carriedOut });
      if (step === "wait") break;
      if (step === "taken" && next !== undefined) {
        queue.takeNext();
        operations.push(next.operation);
      }
      if (step !== "sealed") continue;
      queue.sealed();
      otherCut = await this.#otherCut(chain, records);
    }
    return { operations, otherCut };
  }

  /** Takes the next operation, or seals the open batch in the second of its last one; else waits. */
  async #step(chain: Chain, { next, upTo, records, carriedOut }: Look): Promise<"taken" | "sealed" | "wait"> {
    const { sequencer } = chain;
    const { time } = this.#dependencies;
    const reached = await this.#secondsOf(next?.blockNumber ?? upTo);
    const cut = (await records.of(sequencer.batchNumber))?.priorityOpTotal;
    const isOver = cut === undefined ? this.#isPast(sequencer, reached) : operationsIn(chain) === cut;
    if (isOver) return sealNext(chain, records);
    if (next === undefined || reached === undefined) return "wait";
    const operation = carriedOut(next.operation);
    // An opening has the second of its batch's first operation, a closing that of the last.
    if (sequencer.openedAt === undefined) await time.moveTo(reached);
    if (cut === undefined && !(await sequencer.takesPriorityOp(operation))) return sealNext(chain, records);
    await time.moveTo(reached);
    await sequencer.runQueued(operation);
    return "taken";
  }

  /** True if the open batch ends by the rules before this second of L1. */
  #isPast(sequencer: Chain["sequencer"], reached: bigint | undefined): boolean {
    const end = endOfBatch(sequencer, this.#options);
    return end !== undefined && reached !== undefined && reached >= end;
  }

  /**
   * A batch, the last sealed or the open one, that L1 has executed with other operations than the chain. If the operations are
   * the same, the chain continues from L1's record.
   */
  async #otherCut(chain: Chain, records: ExecutedRecords): Promise<BatchNumber | undefined> {
    const { batchNumber, openedAt } = chain.sequencer;
    const last = batchNumber - 1n;
    const before = batchNumber === 0n ? undefined : await records.of(last);
    const derived = digestToHex(chain.tree.root);
    if (before !== undefined) {
      const { newStateRoot: onL1, priorityOpTotal, commitment } = before;
      if (onL1 !== derived && priorityOpTotal !== chain.operationsTaken()) return last;
      if (onL1 !== derived) throw new SettledOtherwiseError(last, { onL1, derived });
      chain.settledAs(commitment);
      if (last >= REMEMBERED_BATCHES) chain.executedOnL1(last - REMEMBERED_BATCHES);
    }
    const open = await records.of(batchNumber);
    if (open === undefined || operationsIn(chain) < open.priorityOpTotal) return undefined;
    if (openedAt === undefined) throw new SettledOtherwiseError(batchNumber, { onL1: open.newStateRoot, derived });
    return operationsIn(chain) === open.priorityOpTotal ? undefined : batchNumber;
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
 * L1 has executed a batch with the operations that the chain has in it, and another state: a fault of this software, or a false
 * proof. Remedy: rebuild the chain from L1 with `hyperchain:reconstruct`.
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
