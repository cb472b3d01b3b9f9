import type { SealedBatch } from "../../chain/model/sealed-batch.ts";
import { openTemporaryValues } from "../../ledger/temporary-values.ts";
import type { ExecutionStore } from "../../node/execution/execution-store.ts";
import { SettlementError } from "../../settlement/errors/settlement-error.ts";
import type { ProvenInputs } from "./messages.ts";

/** Remembers what batches came to, for validators that ask for the proofs of their execution. */
export class ProvenRecorder {
  readonly #sealed = openTemporaryValues<SealedBatch>();
  readonly #proofs: Pick<ExecutionStore, "outcome" | "proof" | "isOutdated">;

  constructor(proofs: Pick<ExecutionStore, "outcome" | "proof" | "isOutdated">) {
    this.#proofs = proofs;
  }

  /** Takes the chain's next batch, or another one of a number that the chain went back to. */
  add({ outputs, outputsHash, logs, canonicalTxHashes, importedRoots, writes, bytecodes, transactionCount }: SealedBatch): void {
    const sealed = { outputs, outputsHash, logs, canonicalTxHashes, importedRoots, writes, bytecodes, transactionCount };
    this.#sealed.deleteFrom(outputs.batchNumber);
    this.#sealed.set(outputs.batchNumber, sealed);
  }

  /** Throws SettlementError ExecutionUnproven while neither a proof nor a reason for its absence is there. */
  requireOutcome(batchNumber: bigint): void {
    if (this.#proofs.outcome(batchNumber) !== undefined) return;
    const why = this.#proofs.isOutdated(batchNumber) ? "was made by earlier software, and is not made again" : "is not made";
    throw new SettlementError("ExecutionUnproven", `the proof of the execution of batch ${batchNumber} ${why} yet`);
  }

  /** Rejects with SettlementError ExecutionUnproven, or with RangeError for a batch that is not remembered. */
  async inputs(batchNumber: bigint): Promise<ProvenInputs> {
    this.requireOutcome(batchNumber);
    const sealed = this.#sealed.get(batchNumber);
    if (sealed === undefined) throw new RangeError(`what batch ${batchNumber} came to is not remembered`);
    const outcome = this.#proofs.outcome(batchNumber);
    if (outcome?.kind === "labelled") return { batchNumber, sealed, execution: { kind: "labelled", reason: outcome.reason } };
    const proof = this.#proofs.proof(batchNumber);
    if (proof === undefined) throw new RangeError(`the proof of the execution of batch ${batchNumber} is not kept any more`);
    return { batchNumber, sealed, execution: { kind: "proven", proof } };
  }

  close(): void {
    this.#sealed.close();
  }
}
