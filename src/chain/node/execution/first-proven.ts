import type { FormedBatch } from "../../batch/form-batch.ts";
import { isProvenOnL1 } from "../../../ground/protocol/protocol-version.ts";

interface NumberedBatch extends Pick<FormedBatch, "protocolVersion"> {
  readonly outputs: { readonly batchNumber: bigint };
}

/** Number of the first batch that L1 executes by a proof of its execution. */
export class FirstProven {
  #since: bigint | undefined;

  /** Undefined if no batch has such a version. */
  get since(): bigint | undefined {
    return this.#since;
  }

  /** To be told of the chain's batches in order, from the first. */
  formed({ protocolVersion, outputs }: NumberedBatch): void {
    if (isProvenOnL1(protocolVersion)) this.#since ??= outputs.batchNumber;
  }

  /** Forgets the batches from this one. */
  forgetFrom(batchNumber: bigint): void {
    if (this.#since !== undefined && this.#since >= batchNumber) this.#since = undefined;
  }
}
