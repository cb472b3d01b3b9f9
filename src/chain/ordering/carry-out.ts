import type { ImportedRoot } from "../../protocol/rolling-hash.ts";
import type { BlockReceipt } from "../block.ts";
import { recordImports, recordPriorityOp } from "../sequencer/open-batch.ts";
import type { OpenBatch } from "../sequencer/open-batch.ts";
import type { PriorityOperation, SystemRequest, SystemTransactions } from "../system-transactions.ts";

/**
 * Carries out what the protocol asks for, one block after the other: the sequencer makes the blocks, a validator holds against
 * them what it is shown.
 */
export interface OwnBlocks {
  /** A block of exactly these transactions of the chain's own, each of which succeeds. `purpose` completes "a transaction that". */
  own(requests: readonly SystemRequest[], purpose: string): Promise<readonly BlockReceipt[]>;
  /** A block of an operation's own transaction, which may fail. Undefined where the verdict is that it does not run: no block then. */
  attempt(operation: SystemRequest): Promise<BlockReceipt | undefined>;
}

/** The batch grows block by block meanwhile, so it is asked for when its record is due. */
export interface GrowingBatch {
  batch(): OpenBatch;
  replace(batch: OpenBatch): void;
}

/** An operation with what became of it. */
export interface CarriedOutOperation {
  readonly success: boolean;
  /** Of its own transaction; undefined where it did not run. */
  readonly receipt: BlockReceipt | undefined;
  /** Of the transactions that concluded it; the last one logged the result. */
  readonly conclusion: readonly BlockReceipt[];
}

/**
 * An operation of L1's queue from first to last step: payout, the operation itself unless the verdict is that it does not run, and
 * the conclusion that follows from its result. A block each, where there is anything in it; all of one time.
 */
export async function carryOutOperation(operation: PriorityOperation, blocks: OwnBlocks, growing: GrowingBatch): Promise<CarriedOutOperation> {
  const { canonicalTxHash, payout } = operation;
  if (payout.length > 0) await blocks.own(payout, `pays out operation ${canonicalTxHash}`);
  const receipt = await blocks.attempt(operation.operation);
  const success = receipt?.success ?? false;
  const conclusion = await blocks.own(operation.conclusion({ success, gasUsed: receipt?.gasUsed ?? 0n }), `concludes operation ${canonicalTxHash}`);
  growing.replace(recordPriorityOp(growing.batch(), canonicalTxHash, success));
  return { success, receipt, conclusion };
}

/** Imports roots of other chains, in one block. */
export async function carryOutImports(
  roots: readonly ImportedRoot[],
  system: SystemTransactions,
  blocks: Pick<OwnBlocks, "own">,
  growing: GrowingBatch,
): Promise<void> {
  await blocks.own(system.imports(roots), "imports roots");
  growing.replace(recordImports(growing.batch(), roots));
}
