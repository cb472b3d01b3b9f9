import type { TransactionReceipt } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { BatchNumber } from "../../../ground/protocol/ids.ts";
import { hyperchainInterface, topicOf } from "../../settlement-layer/reader/contract-interfaces.ts";
import { executeBatch, isExecuted } from "./execute.ts";
import type { PendingExecution } from "./joined-executions.ts";
import type { SenderContext } from "./sender-context.ts";

const EXECUTION_TOPIC = topicOf(hyperchainInterface, "BlockExecution");

/** Committed batches of a chain in order, and the transactions that executed several batches. */
export class ExecutionRun {
  readonly #context: SenderContext;
  readonly #waiting: PendingExecution[] = [];
  readonly #receipts = new Map<BatchNumber, TransactionReceipt>();
  /** Last batch that is executed alone, because another account executed one with which it waited. */
  #aloneUntil = -1n;

  constructor(context: SenderContext) {
    this.#context = context;
  }

  /** Notes a batch that L1 has committed. Batches come in their order. */
  add(committed: PendingExecution): void {
    this.#waiting.push(committed);
  }

  /**
   * Executes the next batch, with later ones that L1 has proven. Undefined if a transaction of another account, or of an earlier
   * process, has executed the batch. Rejects as `executeBatch`.
   */
  async execute({ batch, stored }: PendingExecution): Promise<TransactionReceipt | undefined> {
    const { batchNumber } = stored;
    const earlier = this.#receipts.get(batchNumber);
    if (earlier !== undefined && (await isExecuted(this.#context, batchNumber))) return this.#done(batchNumber, earlier);
    const waiting = batchNumber > this.#aloneUntil ? this.#waiting : [];
    const following = waiting.filter((each) => each.stored.batchNumber > batchNumber);
    const receipt = await executeBatch(this.#context, batch, stored, following);
    // That account can repeat it, and a call with several batches fails each time.
    if (receipt === undefined) this.#aloneUntil = following.at(-1)?.stored.batchNumber ?? this.#aloneUntil;
    if (receipt !== undefined)
      for (const executed of executedIn(receipt, this.#context.hyperchain)) this.#receipts.set(executed, receipt);
    return this.#done(batchNumber, receipt);
  }

  #done(batchNumber: BatchNumber, receipt: TransactionReceipt | undefined): TransactionReceipt | undefined {
    this.#receipts.delete(batchNumber);
    while (this.#waiting[0] !== undefined && this.#waiting[0].stored.batchNumber <= batchNumber) this.#waiting.shift();
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
