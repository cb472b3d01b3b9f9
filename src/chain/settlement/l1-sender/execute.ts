import type { TransactionReceipt } from "ethers";
import type { BatchNumber } from "../../../ground/protocol/ids.ts";
import type { StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import { isLessTried, type SettlementError } from "../errors/settlement-error.ts";
import { executesSame } from "./batch-calls.ts";
import { readTotals, type ChainContract } from "./chain-reader.ts";
import { awaitFacts } from "./facts-executed.ts";
import { joinableExecutions, listsOf, type PendingExecution } from "./joined-executions.ts";
import { executionCall, linkRefusal } from "./linked-execution.ts";
import { carryOut, type SenderContext } from "./sender-context.ts";

/** Whether L1 has executed the batch. */
export async function isExecuted(contract: ChainContract, batchNumber: BatchNumber): Promise<boolean> {
  return (await readTotals(contract)).executed > batchNumber;
}

/**
 * Executes a proven batch after its delay, unless L1 has done so; undefined then. All earlier batches must be executed,
 * and the batches that its facts are about. A linked batch is executed with its peer. The call has as many of the
 * `following` batches as are proven and have room; the receipt names them (`executedIn`). If L1 refuses the call, the
 * batch is executed alone. Rejects with the transactor's errors, and with SettlementError FactVoid.
 */
export async function executeBatch(
  context: SenderContext,
  batch: PendingExecution["batch"],
  stored: StoredBatch,
  following: readonly PendingExecution[] = [],
): Promise<TransactionReceipt | undefined> {
  const { batchNumber } = stored;
  const executing = { batch: stored, ...listsOf(batch, context.settlementChainId) };
  const isDone = (): Promise<boolean> => isExecuted(context, batchNumber);
  const wasDone = await isDone();
  if (!wasDone) await awaitFacts(context, executing.imports, stored);
  let joined = wasDone ? [] : await joinableExecutions(context, { batch, stored }, following);
  for (let refusal: SettlementError | undefined; ;) {
    const { data, ...called } = await executionCall(context, [executing, ...joined], isDone, refusal);
    try {
      const done = await carryOut(context, {
        stage: "execute",
        batchNumber,
        ...called,
        find: async (at) => ((await isExecuted(at, batchNumber)) ? true : undefined),
        encode: () => Promise.resolve(data),
        isSame: executesSame,
        isDivisible: () => joined.length > 0 || called.to !== undefined,
      });
      return "receipt" in done ? done.receipt : undefined;
    } catch (error) {
      if (joined.length === 0 || !isLessTried(error)) refusal = linkRefusal(called, error);
      // L1 may refuse another batch of the call, whose separate execution names the reason.
      joined = [];
    }
  }
}
