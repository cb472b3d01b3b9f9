import { elementCount, elementNames, type Fields, type FieldValues, fieldValues } from "../constraints/fields.ts";
import { PackedRows } from "./packed-rows.ts";

/**
 * Minimum number of rows to which a table is padded, as log2: if it has rows, or in any case; `times` as many
 * rows if it will be cut into `times` parts of that height. "none" adds no row.
 */
export type LeastHeight = number | { readonly inAnyCase: number; readonly times?: number } | "none";

/** With what a table is filled up, and to how many rows at least. */
export interface Padding<F extends Fields> {
  readonly padding: () => FieldValues<F, number>;
  readonly minLogRows: LeastHeight;
}

/** A least height, whether it is one in any case or not. */
export function leastLogRows(minimum: LeastHeight): number {
  if (minimum === "none") return 0;
  return typeof minimum === "number" ? minimum : minimum.inAnyCase;
}

/**
 * A table's rows in their order, in few bytes from the start: of many rows, objects would take many times the memory, and the
 * time of whatever collects them.
 */
export class TableRows<F extends Fields> implements Iterable<FieldValues<F, number>> {
  readonly #table: string;
  readonly #fields: F;
  readonly #names: readonly string[];
  readonly #counts: readonly number[];
  readonly #width: number;
  readonly #rows: PackedRows;
  /** Values that were written into existing rows, by column. */
  readonly #overwritten = new Map<number, { readonly values: ArrayLike<number>; readonly first: number }[]>();

  constructor(table: string, fields: F, rows: readonly FieldValues<F, number>[] = []) {
    this.#table = table;
    this.#fields = fields;
    this.#names = Object.keys(fields);
    this.#counts = Object.values(fields);
    this.#width = elementCount(fields);
    this.#rows = new PackedRows(this.#width);
    for (const row of rows) this.push(row);
  }

  get length(): number {
    return this.#rows.length;
  }

  /** Undefined without rows. */
  get last(): FieldValues<F, number> | undefined {
    return this.length === 0 ? undefined : this.#at(this.range(this.length - 1, 1), 0);
  }

  /** Values must be canonical. Throws RangeError for a row with another number of elements in a field. */
  push(row: FieldValues<F, number>): void {
    const at = this.#rows.begin();
    this.#write(row, this.#rows.cells, at);
  }

  /** Room for the next row, of zeros or of `first`: its elements are in `cells` from here on, in the fields' order. */
  begin(first?: Uint32Array): number {
    return this.#rows.begin(first);
  }

  /** Memory of the rows that `begin` reserves; a row is valid until the next is begun. */
  get cells(): Uint32Array {
    return this.#rows.cells;
  }

  /** Writes the only element of a field into existing rows, from row `first`. */
  overwrite(name: keyof F & string, values: ArrayLike<number>, first = 0): void {
    const column = elementNames(this.#fields).indexOf(name);
    this.#overwritten.set(column, [...(this.#overwritten.get(column) ?? []), { values, first }]);
  }

  *[Symbol.iterator](): IterableIterator<FieldValues<F, number>> {
    const columns = this.range(0, this.length);
    for (let row = 0, { length } = this; row < length; row++) yield this.#at(columns, row);
  }

  /** Columns of `rows` rows from row `first`; after the last row they are 0. */
  range(first: number, rows: number): Uint32Array[] {
    const columns = this.#rows.columns(first, rows);
    for (const [column, writes] of this.#overwritten)
      for (const { values, first: begins } of writes)
        for (let row = Math.max(first, begins), end = Math.min(first + rows, begins + values.length); row < end; row++)
          (columns[column] as Uint32Array)[row - first] = values[row - begins] as number;
    return columns;
  }

  /**
   * The columns, padded with rows of `padding` up to the power of two that is at least 2^minLogRows. Without rows they are empty,
   * which makes the table absent, unless it has that height in any case.
   */
  columns({ padding, minLogRows }: Padding<F>): Uint32Array[] {
    const columns = this.range(0, this.height(minLogRows));
    this.#pad(columns, padding);
    return columns;
  }

  /** The columns, padded with the last `period` rows, repeatedly. */
  columnsRepeating(period: number, minLogRows: LeastHeight): Uint32Array[] {
    const { length } = this;
    const height = this.height(minLogRows);
    const columns = this.range(0, height);
    const first = length - period;
    for (const column of columns)
      for (let at = length; at < height; at += at - first) column.copyWithin(at, first, Math.min(at, first + height - at));
    return columns;
  }

  /** Rows of the padded columns. */
  height(minLogRows: LeastHeight): number {
    const { length } = this;
    if (minLogRows === "none" || (length === 0 && typeof minLogRows === "number")) return length;
    const times = typeof minLogRows === "number" ? 1 : (minLogRows.times ?? 1);
    const least = times * 2 ** leastLogRows(minLogRows);
    return length <= least ? least : 2 ** Math.ceil(Math.log2(length));
  }

  /** Packed copy of the rows, which is read segment by segment, and to which rows can be added. */
  packed(): PackedRows {
    return this.#overwritten.size === 0 ? this.#rows.copy() : PackedRows.of(this.range(0, this.length), this.length);
  }

  /** A row that is given again and again is written once, and copied. */
  #pad(columns: readonly Uint32Array[], padding: () => FieldValues<F, number>): void {
    const height = columns[0]?.length ?? 0;
    const cells = new Uint32Array(this.#width);
    let last: FieldValues<F, number> | undefined;
    for (let row = this.length; row < height;) {
      const next = padding();
      if (next !== last) this.#write(next, cells, 0);
      // Twice the same row is the same to the end.
      const end = next === last ? height : row + 1;
      for (let column = 0; column < columns.length; column++)
        (columns[column] as Uint32Array).fill(cells[column] as number, row, end);
      [last, row] = [next, end];
    }
  }

  #at(columns: readonly Uint32Array[], row: number): FieldValues<F, number> {
    const elements = columns.map((column) => column[row] ?? 0);
    return fieldValues(this.#fields, elements);
  }

  #write(row: FieldValues<F, number>, cells: Uint32Array, first: number): void {
    const values = row as Readonly<Record<string, number | readonly number[] | undefined>>;
    let at = first;
    for (let field = 0; field < this.#names.length; field++) {
      const [name, count] = [this.#names[field] as string, this.#counts[field] as number];
      const value = values[name];
      const length = typeof value === "number" ? 1 : (value?.length ?? 0);
      if (length !== count) throw new RangeError(`field ${name} of table ${this.#table} has ${count} elements, got ${length}`);
      if (typeof value === "number") cells[at++] = value;
      else for (let i = 0; i < count; i++) cells[at++] = (value as readonly number[])[i] as number;
    }
  }
}
