import type { TransactionReceipt } from "ethers";
import { sumAssetFlows } from "../../protocol/asset-flows.ts";
import type { StoredBatch } from "../../protocol/stored-batch.ts";
import type { SettlementBatch } from "../batch/settlement-batch.ts";
import type { SettlementError } from "../errors/settlement-error.ts";
import { readTotals, type ChainContract } from "./chain-reader.ts";
import { awaitFacts } from "./facts-executed.ts";
import { executionCall, linkRefusal } from "./linked-execution.ts";
import { carryOut, type SenderContext } from "./sender-context.ts";
import type { BatchNumber } from "../../protocol/ids.ts";

/** Whether L1 has executed the batch. */
async function isExecuted(contract: ChainContract, batchNumber: BatchNumber): Promise<boolean> {
  return (await readTotals(contract)).executed > batchNumber;
}

/**
 * Executes a proven batch once its delay is over, unless L1 has done so; undefined then. All earlier batches must be
 * executed, and the batches that its facts are about. A linked batch is executed with its peer. Rejects with the transactor's
 * errors, and with SettlementError FactVoid.
 */
export async function executeBatch(
  context: SenderContext,
  batch: Pick<SettlementBatch, "importedRoots" | "logs">,
  stored: StoredBatch,
): Promise<TransactionReceipt | undefined> {
  const { batchNumber } = stored;
  const { importedRoots: imports } = batch;
  const flows = sumAssetFlows(batch.logs, context.settlementChainId);
  const isDone = (): Promise<boolean> => isExecuted(context, batchNumber);
  if (!(await isDone())) await awaitFacts(context, imports, stored);
  for (let refusal: SettlementError | undefined; ;) {
    const { data, ...called } = await executionCall(context, { batch: stored, imports, flows }, isDone, refusal);
    try {
      const done = await carryOut(context, {
        stage: "execute",
        batchNumber,
        ...called,
        find: async (at) => ((await isExecuted(at, batchNumber)) ? true : undefined),
        encode: () => Promise.resolve(data),
      });
      return "receipt" in done ? done.receipt : undefined;
    } catch (error) {
      refusal = linkRefusal(called, error);
    }
  }
}
