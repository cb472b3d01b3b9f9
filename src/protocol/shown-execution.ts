import type { Hex } from "./hex.ts";

/** What L1 is shown of the execution of batches, beside their records. */
export interface ShownExecution {
  /** A. */
  readonly digest: Hex;
  readonly proof: Uint8Array;
}
