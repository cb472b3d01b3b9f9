import type { Hex } from "../../ground/protocol/hex.ts";
import type { Mempool } from "./mempool.ts";

/** Maximum number of stored hashes; older ones are no longer returned. */
const MAX_KEPT = 10_000;

/** Hashes of the transactions that became ready, in order, for those who ask later. */
export class ReadyLog {
  #hashes: Hex[] = [];
  /** Place of the first that is kept. */
  #first = 0;

  constructor(mempool: Pick<Mempool, "onReady">) {
    mempool.onReady(({ hash }) => {
      this.#hashes.push(hash);
      if (this.#hashes.length < 2 * MAX_KEPT) return;
      this.#hashes = this.#hashes.slice(MAX_KEPT);
      this.#first += MAX_KEPT;
    });
  }

  /** Place of the next one to come. */
  get next(): number {
    return this.#first + this.#hashes.length;
  }

  /** Hashes of transactions that became ready from a position onwards. */
  since(place: number): readonly Hex[] {
    return this.#hashes.slice(Math.max(0, place - this.#first, this.#hashes.length - MAX_KEPT));
  }
}
