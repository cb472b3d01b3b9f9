import type { Hex } from "../../ground/protocol/hex.ts";
import type { OpenedEnvelope } from "../ordering/command.ts";
import { hasContent } from "../ordering/open-batch.ts";
import { withNonce } from "../../ground/transaction/opened-transaction.ts";
import type { SignedTransaction } from "../../ground/transaction/transaction.ts";
import type { Admission } from "./admission.ts";
import type { BatchBuilder } from "./batch-builder.ts";
import type { BlockProducer } from "./block-producer.ts";
import { TRANSFER_WORK } from "./gas-work.ts";
import { provingRefusal } from "./proving-refusal.ts";

interface OpenedInclusionDependencies {
  readonly producer: BlockProducer;
  readonly builder: BatchBuilder;
  /** Accounts whose transactions are taken; undefined while it is every account. */
  readonly admission: () => Admission | undefined;
  /** Notes units of work for which an account paid nothing. */
  readonly owe: (account: Hex, work: number) => void;
}

/** Finding about the transaction of an open envelope, which follows from the chain's state and the second of its block. */
type OpenedFinding =
  | { readonly type: "runs"; readonly transaction: SignedTransaction; readonly work: number }
  /** The transaction can run in no block, so its envelope leads to an empty one. */
  | { readonly type: "skipped"; readonly work: number }
  /** The transaction runs in the next batch. */
  | { readonly type: "needsBatch" };

/**
 * Includes transactions of open envelopes, each in a separate block: one that cannot run is skipped, and never runs
 * later.
 */
export class OpenedInclusion {
  readonly #dependencies: OpenedInclusionDependencies;

  constructor(dependencies: OpenedInclusionDependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * Makes the block of the envelope. Ends the batch if it has no room. The payer owes the work of a transaction that is skipped,
   * as the sender of a refused one does: its next envelopes wait. Default: no account does, because it was executed before.
   */
  async include(envelope: OpenedEnvelope, payer?: Hex): Promise<void> {
    const { builder, producer, owe } = this.#dependencies;
    for (;;) {
      await builder.open();
      const { timestamp } = producer.environment();
      const finding = await this.find(envelope, timestamp);
      if (finding.type === "needsBatch") {
        await builder.seal();
        continue;
      }
      await builder.opened(envelope, finding.type === "runs" ? finding.transaction : undefined, timestamp);
      if (finding.type === "skipped" && payer !== undefined) owe(payer, finding.work);
      return;
    }
  }

  /** Finding in the open batch, for a block of this second. `isAgreed`: the chain's lists do not judge. */
  async find({ transaction: opened }: OpenedEnvelope, timestamp: bigint, isAgreed = false): Promise<OpenedFinding> {
    const { builder, producer, admission } = this.#dependencies;
    // No kernel knows the type.
    if (opened === undefined || producer.isProvenAt(timestamp)) return { type: "skipped", work: 0 };
    const transaction = withNonce(opened, await producer.nonceOf(opened.from));
    const lists = isAgreed ? undefined : admission();
    if (lists?.refusal(transaction) !== undefined) return { type: "skipped", work: 0 };
    await builder.measure();
    const preview = await producer.inspect(transaction, producer.environmentAt(timestamp), [], true);
    const work = TRANSFER_WORK + preview.work;
    const { receipt, admitted } = preview;
    if (receipt === undefined || !admitted) return { type: "skipped", work };
    if ((provingRefusal(receipt, transaction.gasLimit) ?? lists?.refusalOfRun(transaction, preview)) !== undefined)
      return { type: "skipped", work };
    if (builder.fitsAfter(preview, [transaction.raw])) return { type: "runs", transaction, work };
    return hasContent(builder.batch) ? { type: "needsBatch" } : { type: "skipped", work };
  }
}
