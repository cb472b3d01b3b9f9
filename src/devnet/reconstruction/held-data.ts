import { ReconstructionError } from "../../chain/reconstruction/reconstruction-error.ts";
import { reasonOf } from "../../errors/reason-of.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { BatchNumber } from "../../protocol/ids.ts";
import { hashPubdata } from "../../protocol/pubdata.ts";

/** One that keeps a chain's data. What it says is believed only as far as L1 has its hash. */
export interface DataHolder {
  /** For messages: as the user knows it. */
  readonly name: string;
  /** A batch's pubdata. `signal` is aborted when it is not waited for any more. */
  read(batchNumber: BatchNumber, signal: AbortSignal): Promise<Uint8Array>;
}

const LONGEST_WAIT_MS = 30_000;

/** Data that L1 does not have, from whichever holder has them. */
export class HeldData {
  readonly #holders: readonly DataHolder[];
  readonly #waitMs: number;

  constructor(holders: readonly DataHolder[], waitMs = LONGEST_WAIT_MS) {
    this.#holders = holders;
    this.#waitMs = waitMs;
  }

  /**
   * The bytes with this hash. Rejects with ReconstructionError: NotARollup without a holder, DataWithheld where none gives
   * them, with each holder's refusal.
   */
  async read(batchNumber: BatchNumber, hash: Hex): Promise<Uint8Array> {
    if (this.#holders.length === 0)
      throw new ReconstructionError("NotARollup", "its data was withheld from L1; ask those who keep it", { batchNumber });
    const refusals: string[] = [];
    for (const holder of this.#holders) {
      const signal = AbortSignal.timeout(this.#waitMs);
      try {
        const pubdata = await Promise.race([holder.read(batchNumber, signal), silence(signal)]);
        const got = hashPubdata(pubdata);
        if (got === hash) return pubdata;
        refusals.push(`${holder.name} gave other data, with hash ${got}`);
      } catch (error) {
        refusals.push(signal.aborted ? `${holder.name} was silent for ${this.#waitMs} ms` : `${holder.name}: ${reasonOf(error)}`);
      }
    }
    throw new ReconstructionError(
      "DataWithheld",
      `its data, with hash ${hash}, was withheld from L1, and no holder gave it: ${refusals.join("; ")}`,
      { batchNumber },
    );
  }
}

function silence(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new DOMException("silent", "TimeoutError")), { once: true });
  });
}
