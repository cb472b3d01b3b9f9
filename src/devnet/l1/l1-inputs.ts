import { l2LogTreeRoot } from "../../protocol/l2-log.ts";
import type { L2CanonicalTransaction } from "../../protocol/priority-op.ts";
import type { ImportedRoot } from "../../protocol/rolling-hash.ts";
import type { L1Poll } from "../../settlement-layer/reader/l1-watcher.ts";

/** What a chain must take over from L1. */
export interface ChainInputs {
  /** In the queue's order. */
  readonly operations: readonly L2CanonicalTransaction[];
  /** None or one: a root stands for all that came before it. */
  readonly roots: readonly ImportedRoot[];
}

/** Log root of a batch that said nothing. */
const SILENT_LOG_ROOT = l2LogTreeRoot([]);

/**
 * What a poll means for a chain. A root is imported when another chain's batch said something: if silent batches counted,
 * two chains would import each other's imports for ever. Throws L1ReorgError where L1 took back what the chain took over.
 */
export function inputsFrom(chainId: bigint, { events, reorg }: L1Poll): ChainInputs {
  const lost = reorg?.removed.find(({ type }) => type === "priorityOperation" || type === "transactionRoot");
  if (reorg !== undefined && lost !== undefined) throw new L1ReorgError(reorg.blockNumber, lost.type);
  const operations = events.flatMap((event) => (event.type === "priorityOperation" ? [event.operation] : []));
  const newest = events.findLast(
    (event) => event.type === "transactionRoot" && event.chainId !== chainId && event.logRoot !== SILENT_LOG_ROOT,
  );
  const roots = newest?.type === "transactionRoot" ? [{ registryIndex: newest.rootIndex, root: newest.root }] : [];
  return { operations, roots };
}

/** L1 took back what a chain has built on. */
export class L1ReorgError extends Error {
  override readonly name = "L1ReorgError";
  readonly code = "L1Reorg";

  constructor(blockNumber: number, what: string) {
    super(`L1 went back to block ${blockNumber} and took back a ${what} that the chain had taken over; restart the chain from L1`);
  }
}
