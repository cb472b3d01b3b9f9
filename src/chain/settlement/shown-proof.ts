import { toHex } from "../../ground/protocol/hex.ts";
import { isCallRefused } from "./errors/settlement-error.ts";

/** Proof of a batch, for each of L1's verifiers: of an earlier process, or new. */
export class ShownProof {
  readonly #make: () => Promise<Uint8Array>;
  #earlier: Uint8Array | undefined;
  #bytes: Promise<Uint8Array> | undefined;

  /** `earlier`: proof that an earlier process made. `make` is called at most once, and once more if L1 refuses that proof. */
  constructor(earlier: Uint8Array | undefined, make: () => Promise<Uint8Array>) {
    this.#earlier = earlier;
    this.#make = make;
  }

  /** The proof, which is made on the first call. */
  bytes(): Promise<Uint8Array> {
    return (this.#bytes ??= this.#earlier === undefined ? this.#make() : Promise.resolve(this.#earlier));
  }

  /**
   * Shows L1 the proof. A refused proof of an earlier process is replaced by a new one, once, because its fault may have been
   * mended since. Rejects as `show`.
   */
  async shownBy<T>(show: (proof: Uint8Array) => Promise<T>): Promise<T> {
    const proof = await this.bytes();
    try {
      return await show(proof);
    } catch (error) {
      if (!isCallRefused(error) || this.#earlier === undefined) throw error;
      this.#earlier = undefined;
      this.#bytes = this.#make();
      const next = await this.#bytes;
      if (toHex(next) === toHex(proof)) throw error;
      return show(next);
    }
  }
}
