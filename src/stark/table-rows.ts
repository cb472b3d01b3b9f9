import { elementCount, elementNames, fieldElements, type Fields, type FieldValues, fieldValues } from "./fields.ts";

/** Rows that are written field by field: so few that the columns' places for them stay in the processor's caches. */
const BLOCK_ROWS = 256;

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
    return this.#written + this.#pending.length;
  }

  /** Undefined without rows. */
  get last(): FieldValues<F, number> | undefined {
    this.#flush();
    return this.#written === 0 ? undefined : this.#at(this.#written - 1);
  }

  /** Values must be canonical. Throws RangeError, then or later, for a row with another number of elements in a field. */
  push(row: FieldValues<F, number>): void {
    if (this.#pending.push(row) === BLOCK_ROWS) this.#flush();
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
    const height = length === 0 ? 0 : Math.max(2 ** minLogRows, 2 ** Math.ceil(Math.log2(length)));
    this.#flush();
    this.#resize(height);
    this.#pad(padding, height);
    this.#flush();
    this.#written = length;
    return this.#columns;
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
    const rows = this.#pending;
    if (rows.length === 0) return;
    const first = this.#written;
    const capacity = this.#columns[0]?.length ?? 0;
    if (first + rows.length > capacity) this.#resize(Math.max(2 * capacity, BLOCK_ROWS));
    let at = 0;
    for (const [name, count] of this.#counts) {
      const own = this.#columns.slice(at, (at += count));
      if (!writeField(own, name, rows, first)) for (const row of rows) fieldElements(`table ${this.#table}`, this.#fields, row);
    }
    this.#written += rows.length;
    this.#pending = [];
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
