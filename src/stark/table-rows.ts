import { elementCount, elementNames, fieldElements, type Fields, type FieldValues, fieldValues } from "./fields.ts";

/** Rows that are written field by field: so few that the columns' places for them stay in the processor's caches. */
const BLOCK_ROWS = 256;

/** Rows that are written in place, element by element, before they are put into the columns. */
const BEGUN_ROWS = 64;

/** With what a table is filled up, and to how many rows at least. */
export interface Padding<F extends Fields> {
  readonly padding: () => FieldValues<F, number>;
  readonly minLogRows: number;
}

/**
 * A table's rows in their order, as columns from the start: of many rows, objects would take many times the memory, and the time
 * of whatever collects them.
 */
export class TableRows<F extends Fields> implements Iterable<FieldValues<F, number>> {
  readonly #table: string;
  readonly #fields: F;
  readonly #counts: readonly (readonly [string, number])[];
  #columns: Uint32Array[];
  /** Rows that are not in the columns yet. */
  #pending: FieldValues<F, number>[] = [];
  /** The same, row by row: those that `begin` made room for. There are none of one kind where there are any of the other. */
  #cells = new Uint32Array(0);
  #begun = 0;
  #written = 0;

  /** Room for `expected` rows is taken at once. */
  constructor(table: string, fields: F, rows: readonly FieldValues<F, number>[] = [], expected = rows.length) {
    this.#table = table;
    this.#fields = fields;
    this.#counts = Object.entries(fields);
    const capacity = 2 ** Math.ceil(Math.log2(Math.max(expected, BLOCK_ROWS)));
    this.#columns = Array.from({ length: elementCount(fields) }, () => new Uint32Array(capacity));
    for (const row of rows) this.push(row);
  }

  get length(): number {
    return this.#written + this.#pending.length + this.#begun;
  }

  /** Undefined without rows. */
  get last(): FieldValues<F, number> | undefined {
    this.#flush();
    return this.#written === 0 ? undefined : this.#at(this.#written - 1);
  }

  /** Values must be canonical. Throws RangeError, then or later, for a row with another number of elements in a field. */
  push(row: FieldValues<F, number>): void {
    if (this.#begun > 0) this.#flush();
    if (this.#pending.push(row) === BLOCK_ROWS) this.#flush();
  }

  /** Room for the next row, of zeros: its elements are those of `cells` from this place on, in the fields' order. */
  begin(): number {
    const width = this.#columns.length;
    if (this.#cells.length === 0) this.#cells = new Uint32Array(BEGUN_ROWS * width);
    if (this.#pending.length > 0 || this.#begun === BEGUN_ROWS) this.#flush();
    const at = this.#begun++ * width;
    this.#cells.fill(0, at, at + width);
    return at;
  }

  /** Where the rows lie that `begin` makes room for: each of them until the next is begun. */
  get cells(): Uint32Array {
    return this.#cells;
  }

  /** Writes the only element of a field into rows that are there, from a row on. */
  overwrite(name: keyof F & string, values: readonly number[] | Uint32Array, first = 0): void {
    this.#flush();
    this.#columns[elementNames(this.#fields).indexOf(name)]?.set(values, first);
  }

  *[Symbol.iterator](): IterableIterator<FieldValues<F, number>> {
    this.#flush();
    for (let row = 0; row < this.#written; row++) yield this.#at(row);
  }

  /**
   * The columns, padded with rows of `padding` up to the power of two that is at least 2^minLogRows. Without rows they are empty,
   * which makes the table absent. They are the list's own.
   */
  columns({ padding, minLogRows }: Padding<F>): Uint32Array[] {
    const { length } = this;
    const height = this.height(minLogRows);
    this.#flush();
    this.#resize(height);
    this.#pad(padding, height);
    this.#flush();
    this.#written = length;
    return this.#columns;
  }

  /** The columns, padded with the last so many rows, again and again. */
  columnsRepeating(period: number, minLogRows: number): Uint32Array[] {
    const { length } = this;
    const height = this.height(minLogRows);
    this.#flush();
    this.#resize(height);
    const first = length - period;
    for (const column of this.#columns)
      for (let at = length; at < height; at += at - first) column.copyWithin(at, first, Math.min(at, first + height - at));
    return this.#columns;
  }

  /** Rows of the padded columns. */
  height(minLogRows: number): number {
    return this.length === 0 ? 0 : Math.max(2 ** minLogRows, 2 ** Math.ceil(Math.log2(this.length)));
  }

  /** A row that is given again and again is written once, and copied. */
  #pad(padding: () => FieldValues<F, number>, height: number): void {
    let [last, again]: [FieldValues<F, number> | undefined, number] = [undefined, 0];
    for (let row = this.length; row < height; row++) {
      const next = padding();
      if (next === last) {
        again++;
        continue;
      }
      this.#repeatLast(again);
      this.push(next);
      [last, again] = [next, 0];
    }
    this.#repeatLast(again);
  }

  #repeatLast(times: number): void {
    if (times === 0) return;
    this.#flush();
    const first = this.#written;
    for (const column of this.#columns) column.fill(column[first - 1] ?? 0, first, first + times);
    this.#written += times;
  }

  #at(row: number): FieldValues<F, number> {
    const elements = this.#columns.map((column) => column[row] ?? 0);
    return fieldValues(this.#fields, elements);
  }

  #flush(): void {
    if (this.#begun > 0) this.#flushBegun();
    const rows = this.#pending;
    if (rows.length === 0) return;
    const first = this.#written;
    this.#makeRoom(rows.length);
    let at = 0;
    for (const [name, count] of this.#counts) {
      const own = this.#columns.slice(at, (at += count));
      if (!writeField(own, name, rows, first)) for (const row of rows) fieldElements(`table ${this.#table}`, this.#fields, row);
    }
    this.#written += rows.length;
    this.#pending = [];
  }

  #flushBegun(): void {
    const [first, count, width] = [this.#written, this.#begun, this.#columns.length];
    this.#makeRoom(count);
    const cells = this.#cells;
    for (let column = 0; column < width; column++) {
      const own = this.#columns[column] as Uint32Array;
      for (let row = 0, at = column; row < count; row++, at += width) own[first + row] = cells[at] as number;
    }
    this.#written += count;
    this.#begun = 0;
  }

  #makeRoom(rows: number): void {
    const capacity = this.#columns[0]?.length ?? 0;
    if (this.#written + rows > capacity) this.#resize(Math.max(2 * capacity, BLOCK_ROWS));
  }

  #resize(height: number): void {
    this.#columns = this.#columns.map((column) => {
      if (column.length === height) return column;
      const resized = new Uint32Array(height);
      resized.set(column.length > height ? column.subarray(0, height) : column);
      return resized;
    });
  }
}

/** Writes a field of rows into its columns. False where a row has another number of elements. */
function writeField(columns: readonly Uint32Array[], name: string, rows: readonly object[], first: number): boolean {
  const [only] = columns;
  for (let i = 0; i < rows.length; i++) {
    const value = (rows[i] as Readonly<Record<string, number | readonly number[] | undefined>>)[name];
    if (typeof value === "number") {
      if (columns.length !== 1 || only === undefined) return false;
      only[first + i] = value;
      continue;
    }
    if ((value?.length ?? 0) !== columns.length) return false;
    for (let j = 0; j < columns.length; j++) (columns[j] as Uint32Array)[first + i] = value?.[j] ?? 0;
  }
  return true;
}
