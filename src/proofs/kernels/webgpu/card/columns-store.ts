import type { Columns } from "../../backend.ts";
import type { GpuBuffer } from "./gpu.ts";
import type { Machine } from "./machine.ts";

/** Location of a column's first element. */
export interface CardPlace {
  readonly buffer: GpuBuffer;
  /** Offset in 32-bit units. */
  readonly offset: number;
}

/** Columns on the card, canonical; none crosses a page. */
export interface PagedColumns extends Columns {
  readonly pages: readonly GpuBuffer[];
  /** Location of each column. */
  readonly places: readonly CardPlace[];
}

/**
 * The columns of a backend's handles. Their pages are freed when neither a handle nor an operation needs
 * them.
 */
export class PagedStore {
  readonly #machine: Machine;
  readonly #columns = new Map<Columns, PagedColumns>();
  readonly #references = new Map<PagedColumns, number>();

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /**
   * Allocates columns, contents arbitrary; `together` of them at a time are contiguous in one page. Drop them
   * when they are no longer needed.
   */
  take(width: number, logRows: number, together = 1): PagedColumns {
    const { memory } = this.#machine;
    const rows = 2 ** logRows;
    const most = Math.floor(memory.largestBuffer / (4 * rows * together)) * together;
    const perPage = Math.max(together, Math.min(width, most));
    const pages: GpuBuffer[] = [];
    try {
      for (let first = 0; first < width; first += perPage) pages.push(memory.take(4 * rows * Math.min(perPage, width - first)));
    } catch (error) {
      pages.forEach((page) => memory.give(page));
      throw error;
    }
    const places = Array.from({ length: width }, (_, i): CardPlace => {
      const buffer = pages[Math.floor(i / perPage)];
      if (buffer === undefined) throw new Error(`column ${i} has no page`);
      return { buffer, offset: rows * (i % perPage) };
    });
    const columns: PagedColumns = { logRows, width, pages, places };
    this.#references.set(columns, 1);
    return columns;
  }

  clear({ pages }: PagedColumns): void {
    for (const page of pages) this.#machine.clear(page);
  }

  /** A handle for columns that were taken: it owns them from now on. */
  handle(columns: PagedColumns): Columns {
    const handle: Columns = { logRows: columns.logRows, width: columns.width };
    this.#columns.set(handle, columns);
    return handle;
  }

  /** Throws RangeError for a handle that was released or belongs to another backend. */
  get(handle: Columns): PagedColumns {
    const columns = this.#columns.get(handle);
    if (columns === undefined) throw new RangeError("these columns were released or belong to another backend");
    return columns;
  }

  /** Keeps the pages until a matching `drop`. */
  retain(columns: PagedColumns): void {
    this.#references.set(columns, (this.#references.get(columns) ?? 0) + 1);
  }

  drop(columns: PagedColumns): void {
    const left = (this.#references.get(columns) ?? 0) - 1;
    if (left > 0) {
      this.#references.set(columns, left);
      return;
    }
    if (this.#references.delete(columns)) for (const page of columns.pages) this.#machine.memory.give(page);
  }

  /** Ends a handle; releasing it again has no effect. */
  release(handle: Columns): void {
    const columns = this.#columns.get(handle);
    if (columns === undefined) return;
    this.#columns.delete(handle);
    this.drop(columns);
  }
}
