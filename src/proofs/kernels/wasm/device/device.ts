import type { ColumnsStore } from "./columns-store.ts";
import type { DeviceTables } from "../memory/device-tables.ts";
import type { Heap } from "../memory/heap.ts";
import type { Kernels } from "../memory/kernel-module.ts";
import type { Thread } from "../memory/thread.ts";
import type { WorkerPool } from "./worker-pool.ts";

/** Resources of the backend's operations, on the thread that created the backend. */
export interface Device {
  readonly heap: Heap;
  readonly tables: DeviceTables;
  readonly pool: WorkerPool;
  readonly columns: ColumnsStore;
  readonly kernels: Kernels;
  /** Layers from which on a tree is too large to keep its lowest ones. */
  readonly prunedDepth: number;
}

/** The creating thread as a place where kernels run, for work too small to share. Valid until the next allocation. */
export function ownThread(device: Device): Thread {
  return { kernels: device.kernels, words: device.heap.words() };
}

/** Allocations that end together. */
export class Allocations {
  readonly #heap: Heap;
  readonly #addresses: number[] = [];

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  take(bytes: number): number {
    const address = this.#heap.allocate(bytes);
    this.#addresses.push(address);
    return address;
  }

  /** The address of a copy of the words. */
  store(words: ArrayLike<number>): number {
    const address = this.take(4 * words.length);
    this.#heap.words().set(words, address / 4);
    return address;
  }

  /** Lets an allocation outlive the others; the caller frees it. */
  keep(address: number): void {
    this.#addresses.splice(this.#addresses.indexOf(address), 1);
  }

  free(): void {
    for (const address of this.#addresses.splice(0)) this.#heap.free(address);
  }
}
