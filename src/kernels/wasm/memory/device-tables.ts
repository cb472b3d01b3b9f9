import { bitReverse } from "../../bit-reversal.ts";
import type { Heap } from "./heap.ts";
import type { TwiddleAddresses } from "./thread.ts";
import { SMALLEST_LOG_SIZE } from "./transforms.ts";
import { twiddleTables } from "./twiddles.ts";

/** Orders in which `gather` reads: the offset that belongs at every index, for 2^logSize words. */
const ORDERS = {
  /** Index k ← position bitrev(k). */
  bitReversed: (k: number, logSize: number) => bitReverse(k, logSize),
  /** Index k ← position bitrev(−k). */
  inverse: (k: number, logSize: number) => bitReverse((2 ** logSize - k) % 2 ** logSize, logSize),
  /** Position bitrev(e) ← position bitrev(e + 1). */
  nextRow: (k: number, logSize: number) => bitReverse((bitReverse(k, logSize) + 1) % 2 ** logSize, logSize),
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
    const table = Uint32Array.from({ length: 2 ** logSize }, (_, k) => 4 * ORDERS[order](k, logSize));
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
