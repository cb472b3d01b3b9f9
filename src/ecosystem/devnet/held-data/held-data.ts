import { ReconstructionError } from "../../../chain/reconstruction/reconstruction-error.ts";
import { reasonOf } from "../../../ground/errors/reason-of.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { BatchNumber } from "../../../ground/protocol/ids.ts";
import { hashPubdata } from "../../../ground/protocol/pubdata.ts";

/** Batch of requested data, and L1's record of them. */
export interface WantedData {
  readonly batchNumber: BatchNumber;
  /** Hash of the pubdata. */
  readonly hash: Hex;
}

/** One that keeps a chain's data. What it says is believed only as far as L1 has its hash. */
export interface DataHolder {
  /** For messages: as the user knows it. */
  readonly name: string;
  /** A batch's pubdata. `signal` is aborted when they are no longer needed. */
  read(request: WantedData, signal: AbortSignal): Promise<Uint8Array>;
  /** Told of data that another holder gave and L1 has the hash of. Default: it keeps what it has. */
  keep?(request: WantedData, pubdata: Uint8Array): Promise<void>;
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
  read(batchNumber: BatchNumber, hash: Hex): Promise<Uint8Array> {
    return this.readIf(batchNumber, hash, (pubdata) => hashPubdata(pubdata) === hash);
  }

  /** Reads data that have another name than their hash, and accepts them by a rule: a porter's list is named by its root. */
  async readIf(batchNumber: BatchNumber, hash: Hex, accepts: (pubdata: Uint8Array) => boolean): Promise<Uint8Array> {
    if (this.#holders.length === 0)
      throw new ReconstructionError("NotARollup", "its data was withheld from L1; name those who keep it, by holders or --data", {
        batchNumber,
      });
    const refusals: string[] = [];
    for (const holder of this.#holders) {
      const signal = AbortSignal.timeout(this.#waitMs);
      try {
        const pubdata = await Promise.race([holder.read({ batchNumber, hash }, signal), silence(signal)]);
        if (accepts(pubdata)) return await this.#shareWithOthers({ batchNumber, hash }, pubdata, holder);
        refusals.push(`${holder.name} gave other data, with hash ${hashPubdata(pubdata)}`);
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

  /** The others have it from now on too. */
  async #shareWithOthers(request: WantedData, pubdata: Uint8Array, giver: DataHolder): Promise<Uint8Array> {
    for (const holder of this.#holders) if (holder !== giver) await holder.keep?.(request, pubdata);
    return pubdata;
  }
}

function silence(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new DOMException("silent", "TimeoutError")), { once: true });
  });
}
