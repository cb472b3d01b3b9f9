import type { Columns } from "../../backend.ts";
import { columnAddresses, columnStride } from "../memory/columns-layout.ts";
import type { Heap } from "../memory/heap.ts";

/** Columns in the shared memory. */
export interface StoredColumns extends Columns {
  readonly addresses: readonly number[];
  readonly allocation: number;
}

/** The columns behind the handles of a backend. Memory is freed when neither a handle nor a commitment needs it. */
export class ColumnsStore {
  readonly #heap: Heap;
  readonly #columns = new Map<Columns, StoredColumns>();
  readonly #references = new Map<StoredColumns, number>();

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  /** New columns, contents arbitrary, `columnStride` apart. */
  create(width: number, logRows: number): { readonly handle: Columns; readonly stored: StoredColumns } {
    const allocation = this.#heap.allocate(width * columnStride(logRows));
    return this.adopt(allocation, columnAddresses(allocation, width, logRows), logRows);
  }

  /** Columns inside an allocation that is given to the store. */
  adopt(
    allocation: number,
    addresses: readonly number[],
    logRows: number,
  ): { readonly handle: Columns; readonly stored: StoredColumns } {
    const handle: Columns = { logRows, width: addresses.length };
    const stored: StoredColumns = { ...handle, addresses, allocation };
    this.#columns.set(handle, stored);
    this.#references.set(stored, 1);
    return { handle, stored };
  }

  /** Ends a handle and gives its columns to a new one. Throws RangeError as `get` does. */
  move(handle: Columns): Columns {
    const stored = this.get(handle);
    const moved: Columns = { logRows: handle.logRows, width: handle.width };
    this.#columns.delete(handle);
    this.#columns.set(moved, stored);
    return moved;
  }

  /** Throws RangeError for a handle that was released or belongs to another backend. */
  get(handle: Columns): StoredColumns {
    const stored = this.#columns.get(handle);
    if (stored === undefined) throw new RangeError("these columns were released or belong to another backend");
    return stored;
  }

  /** Keeps the memory until a matching `drop`. */
  retain(stored: StoredColumns): void {
    this.#references.set(stored, (this.#references.get(stored) ?? 0) + 1);
  }

  drop(stored: StoredColumns): void {
    const left = (this.#references.get(stored) ?? 0) - 1;
    if (left > 0) {
      this.#references.set(stored, left);
      return;
    }
    this.#references.delete(stored);
    this.#heap.free(stored.allocation);
  }

  /** Ends a handle; releasing it again has no effect. */
  release(handle: Columns): void {
    const stored = this.#columns.get(handle);
    if (stored === undefined) return;
    this.#columns.delete(handle);
    this.drop(stored);
  }
}
