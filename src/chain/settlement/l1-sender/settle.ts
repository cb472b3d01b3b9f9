import type { TransactionReceipt } from "ethers";
import { sumAssetFlows } from "../../../ground/protocol/asset-flows.ts";
import type { BatchNumber } from "../../../ground/protocol/ids.ts";
import type { ShownExecution } from "../../../ground/protocol/shown-execution.ts";
import type { StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import { hasRoomFor, l1CostOf, SETTLE_AT_ONCE } from "../../../ground/protocol/way-to-l1.ts";
import { l1LoadOfBatch } from "../batch/l1-load.ts";
import { commitBatchOf, type PostingPolicy, type SettlementBatch } from "../batch/settlement-batch.ts";
import { encodeSettle } from "./batch-calls.ts";
import { findExecutedBatch, storedBatchOfReceipt, type ChainContract } from "./chain-reader.ts";
import { isComing, orComing } from "./found-or-coming.ts";
import { carryOut, foundForGood, type SenderContext } from "./sender-context.ts";
import { storeProof } from "./store-proof.ts";

/** A batch that L1 has executed, as this account or another one has settled it. */
export interface SettledOnL1 {
  readonly stored: StoredBatch;
  /** Undefined where it was found executed. */
  readonly receipt?: TransactionReceipt;
  /** Receipt of the transaction that had the proof; undefined where none was sent. */
  readonly proving?: TransactionReceipt | undefined;
}

/**
 * Commits, proves and executes the batch after `previous` in one call, unless L1 has executed one of its number. If a transaction
 * has no room for that call, the proof is stored by one before. Rejects with the transactor's errors.
 */
export async function settleBatch(
  context: SenderContext,
  batch: SettlementBatch,
  {
    previous,
    shown,
    posting,
  }: {
    readonly previous: StoredBatch;
    readonly shown: ShownExecution;
    readonly posting: PostingPolicy;
  },
): Promise<SettledOnL1> {
  const { settlementChainId } = context;
  const execution = executionStage(context, batch.outputs.batchNumber);
  const load = l1LoadOfBatch(batch, settlementChainId, shown.proof.length);
  const isAtOnce = hasRoomFor(SETTLE_AT_ONCE, l1CostOf(SETTLE_AT_ONCE, load));
  const found = isAtOnce ? undefined : await foundForGood(context, execution);
  if (found !== undefined) return { stored: found };
  const storing = isAtOnce ? undefined : await storeProof(context, batch, shown);
  const outcome = await carryOut(context, {
    ...execution,
    async encode() {
      const carried = { imports: batch.importedRoots, flows: sumAssetFlows(batch.logs, settlementChainId) };
      const rest = isAtOnce ? shown : { ...shown, proof: new Uint8Array() };
      return encodeSettle(previous, await commitBatchOf(batch, posting), rest, carried);
    },
  });
  if ("found" in outcome) return { stored: outcome.found, proving: storing };
  const { receipt } = outcome;
  return { stored: storedBatchOfReceipt(receipt), receipt, proving: storing ?? receipt };
}

/** Result of the batch on L1, after waiting for another settler's pending transaction. */
export function executionStage(context: SenderContext, batchNumber: BatchNumber) {
  const stage = "execute" as const;
  const find = (at: ChainContract): Promise<StoredBatch | undefined> => findExecutedBatch(at, batchNumber);
  return {
    stage,
    batchNumber,
    find: orComing(context, { stage, batchNumber, find }),
    // Nodes that estimate a call's gas behind what waits to be mined refuse it.
    isOvertaken: () => isComing(context, stage, batchNumber),
  };
}
