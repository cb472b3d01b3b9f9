import type { TransactionReceipt } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { BatchNumber } from "../../../ground/protocol/ids.ts";
import { hyperchainInterface, topicOf } from "../../settlement-layer/reader/contract-interfaces.ts";
import { executeBatch, isExecuted } from "./execute.ts";
import { JoinedBatches } from "./joined-batches.ts";
import type { PendingExecution } from "./joined-executions.ts";
import type { SenderContext } from "./sender-context.ts";

const EXECUTION_TOPIC = topicOf(hyperchainInterface, "BlockExecution");

/** Committed batches of a chain, and the transactions that executed several. */
export class ExecutionRun {
  readonly #context: SenderContext;
  readonly #batches: JoinedBatches<PendingExecution, { readonly receipt: TransactionReceipt | undefined }>;

  constructor(context: SenderContext) {
    this.#context = context;
    this.#batches = new JoinedBatches({
      isOnL1: (_done, batchNumber) => isExecuted(context, batchNumber),
      resultsIn: (receipt) => executedIn(receipt, context.hyperchain).map((batchNumber) => [batchNumber, { receipt }]),
    });
  }

  /** Notes a batch that L1 has committed. Batches come in their order. */
  add(committed: PendingExecution): void {
    this.#batches.add(committed.stored.batchNumber, committed);
  }

  /**
   * Executes the next batch, with later ones that L1 has proven. Undefined if a transaction of another account, or of an earlier
   * process, has executed the batch. Rejects as `executeBatch`.
   */
  async execute({ batch, stored }: PendingExecution): Promise<TransactionReceipt | undefined> {
    const { receipt } = await this.#batches.next(stored.batchNumber, async (following) => ({
      receipt: await executeBatch(this.#context, batch, stored, following),
    }));
    return receipt;
  }
}

/** Numbers of the batches of a chain that a transaction executed, in order. */
export function executedIn({ logs }: Pick<TransactionReceipt, "logs">, hyperchain: Hex): readonly BatchNumber[] {
  return logs.flatMap(({ address, topics: [event, batchNumber] }) =>
    event === EXECUTION_TOPIC && batchNumber !== undefined && address.toLowerCase() === hyperchain.toLowerCase()
      ? [BigInt(batchNumber)]
      : [],
  );
}
