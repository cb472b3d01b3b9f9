import type { GpuBuffer } from "./gpu.ts";
import type { Machine } from "./machine.ts";
import type { PagedColumns, PagedStore } from "./columns-store.ts";

/** Resources of an operation. */
export interface CardDevice {
  readonly machine: Machine;
  readonly columns: PagedStore;
}

/** Resources that one operation occupies while it runs. */
export class Scratch {
  readonly #device: CardDevice;
  readonly #buffers: GpuBuffer[] = [];
  readonly #columns = new Set<PagedColumns>();

  constructor(device: CardDevice) {
    this.#device = device;
  }

  buffer(words: number): GpuBuffer {
    const buffer = this.#device.machine.memory.take(4 * words);
    this.#buffers.push(buffer);
    return buffer;
  }

  store(words: ArrayLike<number>): GpuBuffer {
    const buffer = this.#device.machine.store(words);
    this.#buffers.push(buffer);
    return buffer;
  }

  columns(width: number, logRows: number, together = 1): PagedColumns {
    const columns = this.#device.columns.take(width, logRows, together);
    this.#columns.add(columns);
    return columns;
  }

  /** Keeps columns of others until the operation ends. */
  retain(columns: PagedColumns): PagedColumns {
    if (!this.#columns.has(columns)) this.#device.columns.retain(columns);
    this.#columns.add(columns);
    return columns;
  }

  /** Columns that outlive the operation. */
  keep(columns: PagedColumns): PagedColumns {
    this.#columns.delete(columns);
    return columns;
  }

  end(): void {
    for (const buffer of this.#buffers) this.#device.machine.memory.give(buffer);
    for (const columns of this.#columns) this.#device.columns.drop(columns);
  }
}

/** Runs an operation with scratch that ends with it. */
export async function withScratch<T>(device: CardDevice, operation: (scratch: Scratch) => Promise<T> | T): Promise<T> {
  const scratch = new Scratch(device);
  try {
    return await operation(scratch);
  } finally {
    scratch.end();
  }
}
