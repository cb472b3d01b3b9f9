import { bitReversals } from "../../bit-reversal.ts";
import type { Heap } from "./heap.ts";
import type { TwiddleAddresses } from "./thread.ts";
import { SMALLEST_LOG_SIZE } from "./transforms.ts";
import { twiddleTables } from "./twiddles.ts";

/** Orders in which `gather` reads: the position that belongs at every index k, by the bit reversals of all. */
const ORDERS = {
  /** Index k ← position bitrev(k). */
  bitReversed: (k: number, reversed: Uint32Array) => reversed[k],
  /** Index k ← position bitrev(−k). */
  inverse: (k: number, reversed: Uint32Array) => reversed[k === 0 ? 0 : reversed.length - k],
  /** Position bitrev(e) ← position bitrev(e + 1). */
  nextRow: (k: number, reversed: Uint32Array) => reversed[((reversed[k] ?? 0) + 1) % reversed.length],
};
type GatherOrder = keyof typeof ORDERS;

/** Tables in the shared memory that depend on sizes only. They are built on first use and live as long as the backend. */
export class DeviceTables {
  readonly #heap: Heap;
  readonly #offsets = new Map<string, number>();
  #twiddles: (TwiddleAddresses & { readonly logSize: number }) | undefined;

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  /** Twiddles for transforms of up to 2^logSize elements. Call between jobs only: smaller tables are freed. */
  twiddles(logSize: number): TwiddleAddresses {
    const current = this.#twiddles;
    if (current !== undefined && current.logSize >= logSize) return current;
    if (current !== undefined) {
      this.#heap.free(current.blocks);
      this.#heap.free(current.tail);
    }
    const size = Math.max(SMALLEST_LOG_SIZE, logSize);
    const tables = twiddleTables(size);
    const blocks = this.#store(tables.blocks);
    const tail = this.#store(tables.tail);
    this.#twiddles = { logSize: size, blocks, tail, tailStride: (4 * tables.tail.length) / 6 };
    return this.#twiddles;
  }

  /** Address of an offset table for 2^logSize words. */
  offsets(order: GatherOrder, logSize: number): number {
    const key = `${order}${logSize}`;
    const known = this.#offsets.get(key);
    if (known !== undefined) return known;
    const reversed = bitReversals(logSize);
    const position = ORDERS[order];
    const table = new Uint32Array(reversed.length);
    for (let k = 0; k < table.length; k++) table[k] = 4 * (position(k, reversed) ?? 0);
    const address = this.#store(table);
    this.#offsets.set(key, address);
    return address;
  }

  #store(data: Uint32Array): number {
    const address = this.#heap.allocate(4 * data.length);
    this.#heap.words().set(data, address / 4);
    return address;
  }
}
