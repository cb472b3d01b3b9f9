import type { TransactionReceipt } from "ethers";
import type { FormedBatch } from "../../batch/form-batch.ts";
import { fromHex } from "../../../ground/protocol/hex.ts";
import type { StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import type { BatchProgress } from "../../settlement/journal/progress.ts";
import type { SettlementStage } from "../../../ground/protocol/settlement-stage.ts";
import type { SettledBatch } from "./settled-batch.ts";

/** A batch on its way to L1's execution, and who waits for that. */
export class PendingBatch {
  readonly batch: FormedBatch;
  readonly outcome: Promise<SettledBatch>;
  proof: SettledBatch["proof"] | undefined;
  #stages: ReadonlyMap<SettlementStage, TransactionReceipt | undefined> = new Map();
  #resolve: (batch: SettledBatch) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;
  #isOver = false;

  /** `earlier` is the proof that an earlier process made for a batch of this number. */
  constructor(batch: FormedBatch, earlier?: BatchProgress["proof"]) {
    this.batch = batch;
    if (earlier?.commitment === batch.commitment) this.proof = { bytes: fromHex(earlier.proof).length, metrics: undefined };
    this.outcome = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // A caller that asks for the batch gets the reason.
    this.outcome.catch(() => undefined);
  }

  /** Whether the outcome is known. */
  get isOver(): boolean {
    return this.#isOver;
  }

  isThrough(stage: SettlementStage): boolean {
    return this.#stages.has(stage);
  }

  /** L1 has done a stage; `receipt` is undefined where it was found done, and then that of an earlier time holds. */
  passed(stage: SettlementStage, receipt: TransactionReceipt | undefined): void {
    this.#stages = new Map(this.#stages).set(stage, receipt ?? this.#stages.get(stage));
  }

  /** L1 has executed it. Undefined, and rejected, where no process of this chain has made a proof. */
  resolve(stored: StoredBatch): SettledBatch | undefined {
    const { batch, proof } = this;
    if (proof === undefined) {
      this.reject(new Error(`batch ${stored.batchNumber} was executed with a proof that this chain did not make`));
      return undefined;
    }
    const receipts: Partial<Record<SettlementStage, TransactionReceipt>> = {};
    for (const [stage, receipt] of this.#stages) if (receipt !== undefined) receipts[stage] = receipt;
    const settled = { batch, stored, proof, receipts };
    this.#isOver = true;
    this.#resolve(settled);
    return settled;
  }

  /** Passes its waiting callers to another batch of its number. */
  succeededBy(next: PendingBatch): void {
    this.#isOver = true;
    next.outcome.then(this.#resolve, this.#reject);
  }

  reject(error: unknown): void {
    this.#isOver = true;
    this.#reject(error);
  }

  /** Copy in the same state, with a separate outcome. */
  copy(): PendingBatch {
    return new PendingBatch(this.batch).returnTo(this);
  }

  /** Restores the earlier state. */
  returnTo(then: PendingBatch): this {
    this.proof = then.proof;
    this.#stages = then.#stages;
    return this;
  }
}
