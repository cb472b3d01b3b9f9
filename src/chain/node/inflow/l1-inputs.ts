import { hashRefusedDestinations, isMark } from "../../../ground/protocol/batch-record.ts";
import { l2LogTreeRoot } from "../../../ground/protocol/l2-log.ts";
import type { L2CanonicalTransaction } from "../../../ground/protocol/priority-op.ts";
import type { ImportedRoot } from "../../../ground/protocol/rolling-hash.ts";
import type { L1Event } from "../../settlement-layer/reader/l1-event.ts";
import type { L1Poll } from "../../settlement-layer/reader/l1-watcher.ts";
import { HyperchainError } from "../../../ground/errors/hyperchain-error.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { ChainId, OperationHash } from "../../../ground/protocol/ids.ts";

/** Input that a chain must take from L1. */
export interface ChainInputs {
  /** In the queue's order. */
  readonly operations: readonly L2CanonicalTransaction[];
  /** At most one root, because it covers all earlier ones. */
  readonly roots: readonly ImportedRoot[];
}

/** Operation of a queue with its origin there. */
export interface OperationsOrigin {
  readonly hash: OperationHash;
  /** The transaction that put it there. */
  readonly queuedBy: Hex;
}

/** Log root of a batch that said nothing. */
const SILENT_LOG_ROOT = l2LogTreeRoot([]);
const NONE_REFUSED = hashRefusedDestinations([]);

/**
 * Derives a chain's input from a poll. A root is imported after a batch of another chain with a message: if silent batches
 * counted, two chains would import each other's imports endlessly. It is also imported after L1 refused a message of an own
 * batch, which is refunded under that root. Marks are ignored: any account can make one, and each import costs every chain
 * a block. Throws L1ReorgError if L1 reverted input that the chain took.
 */
export function inputsFrom(chainId: ChainId, { events, reorg }: L1Poll): ChainInputs {
  const lost = reorg?.removed.find((event) => event.type === "priorityOperation" || isRootOfBatch(event));
  if (reorg !== undefined && lost !== undefined) throw new L1ReorgError(reorg.blockNumber, lost.type);
  const operations = events.flatMap((event) => (event.type === "priorityOperation" ? [event.operation] : []));
  const newest = events
    .filter(isRootOfBatch)
    .findLast((event) => (event.chainId === chainId ? event.record.refused !== NONE_REFUSED : event.logRoot !== SILENT_LOG_ROOT));
  return { operations, roots: newest === undefined ? [] : [{ registryIndex: newest.rootIndex, root: newest.root }] };
}

/** The numbers of L1's blocks that have the operations of a poll, by their places in the queue. */
export function blocksOfOperations({ events }: Pick<L1Poll, "events">): ReadonlyMap<bigint, number> {
  return new Map(events.flatMap((event) => (event.type === "priorityOperation" ? [[event.index, event.blockNumber]] : [])));
}

/** The operations of a poll, in their order. */
export function queuedOperations({ events }: Pick<L1Poll, "events">): readonly OperationsOrigin[] {
  return events.flatMap((event) =>
    event.type === "priorityOperation" ? [{ hash: event.canonicalTxHash, queuedBy: event.transactionHash }] : [],
  );
}

function isRootOfBatch(event: L1Event): event is L1Event & { readonly type: "transactionRoot" } {
  return event.type === "transactionRoot" && !isMark(event.record);
}

/**
 * Error for an L1 that reverted the base of a chain.
 * Remedy: restart the chain from L1, or raise `l1.confirmations`.
 */
export class L1ReorgError extends HyperchainError<"L1Reorg"> {
  override readonly name = "L1ReorgError";

  constructor(blockNumber: number, change: string) {
    super(
      "L1Reorg",
      `L1 returned to block ${blockNumber} and reverted a ${change} that the chain had taken; restart the chain from L1`,
    );
  }
}
