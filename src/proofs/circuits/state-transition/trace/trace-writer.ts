import { createExtension, type Ext, type ExtensionField } from "../../../field/extension.ts";
import { add, P } from "../../../field/koala-bear.ts";
import { PERMUTATION_COLUMNS } from "../../poseidon/permutation.ts";
import { type InteriorCells, permuteTraced } from "../../poseidon/permutation-trace.ts";
import { ABSORPTIONS, type Absorption } from "../layout/absorbed-cells.ts";
import { DIGEST } from "../../shapes/digest.ts";
import { COLUMN, COLUMN_COUNT, EXTENSION_DEGREE } from "../layout/columns.ts";
import { HIGHEST_POWER } from "../layout/public-values.ts";
import { ABSORBING_ROWS, COMPARING_ROWS } from "../layout/row-groups.ts";
import { RowType, type RowTypeName } from "../layout/row-types.ts";
import { TraceError } from "./trace-error.ts";

/** Eight or sixteen canonical elements. */
export type Elements = ArrayLike<number>;

export const ZERO_DIGEST: Elements = new Uint32Array(DIGEST);

/** The cells of a row that its type does not determine; what is left out is zero. */
export interface WrittenCells {
  readonly left: Elements;
  readonly right: Elements;
  readonly other?: Elements;
  readonly memory?: Elements;
  readonly bit?: number;
  readonly remaining?: number;
  readonly returnType?: number;
  readonly pathEnd?: boolean;
}

/**
 * Writes the table row by row and keeps the registers that run through the whole batch: root, diff digest, evaluation
 * and counts. It checks nothing: what makes a trace valid is the constraints' business.
 */
export class TraceWriter {
  readonly cells: Uint32Array;
  readonly capacity: number;
  readonly #field: ExtensionField = createExtension(EXTENSION_DEGREE);
  /** r^0 … r^3. */
  readonly #powers: readonly Ext[];
  readonly #state = new Float64Array(2 * DIGEST);
  #rowCount = 0;
  root: Elements;
  digest: Elements = ZERO_DIGEST;
  accumulator: Ext = this.#field.zero;
  leafCount: number;
  entryCount = 0;

  /** `capacity` is the height of the table, a power of two. */
  constructor(capacity: number, r: Ext, initial: { readonly root: Elements; readonly leafCount: number }) {
    if (r.length !== EXTENSION_DEGREE) throw new RangeError(`r has ${EXTENSION_DEGREE} coordinates, got ${r.length}`);
    this.capacity = capacity;
    this.cells = new Uint32Array(COLUMN_COUNT * capacity);
    const powers: Ext[] = [this.#field.one];
    for (let k = 1; k <= HIGHEST_POWER; k++) powers.push(this.#field.mul(powers[k - 1] ?? this.#field.one, r));
    this.#powers = powers;
    this.root = initial.root;
    this.leafCount = initial.leafCount;
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  /** The evaluation of the finished list: accumulator · r + entry count. */
  get evaluation(): Ext {
    return this.#field.add(this.#field.mul(this.accumulator, this.#power(1)), this.#field.fromBase(this.entryCount));
  }

  /** Writes one row and returns the eight lanes of its compression. Throws TraceError when the table is full. */
  row(name: RowTypeName, tag: number, cells: WrittenCells): Uint32Array {
    if (this.#rowCount >= this.capacity) {
      throw new TraceError("TooManyRows", `a table of ${this.capacity} rows is full; make the batch smaller`);
    }
    const row = this.#rowCount++;
    this.#writeRegisters(row, name, tag, cells);
    const output = this.#permute(cells.left, cells.right, tag, this.#interiorOf(row));
    this.#advance(name, cells, output);
    return output;
  }

  /** The compression alone, without a row. */
  compress(tag: number, left: Elements, right: Elements): Uint32Array {
    return this.#permute(left, right, tag, { cells: new Uint32Array(PERMUTATION_COLUMNS.count), offset: 0, stride: 1 });
  }

  /** Fills the rest of the table with padding. Throws TraceError when no row is left for it: the last row must be padding. */
  finish(): void {
    this.row("padding", 0, { left: ZERO_DIGEST, right: ZERO_DIGEST });
    const written = this.#rowCount;
    for (const column of this.columns()) column.fill(column[written - 1] ?? 0, written);
    this.#rowCount = this.capacity;
  }

  /** Views of the table's columns, in order. */
  columns(): Uint32Array[] {
    return Array.from({ length: COLUMN_COUNT }, (_, c) => this.cells.subarray(c * this.capacity, (c + 1) * this.capacity));
  }

  #interiorOf(row: number): InteriorCells {
    return { cells: this.cells, offset: COLUMN.interior * this.capacity + row, stride: this.capacity };
  }

  #permute(left: Elements, right: Elements, tag: number, interior: InteriorCells): Uint32Array {
    const state = this.#state;
    for (let i = 0; i < DIGEST; i++) {
      state[i] = left[i] ?? 0;
      state[DIGEST + i] = right[i] ?? 0;
    }
    state[0] = (left[0] ?? 0) + tag;
    permuteTraced(state, interior);
    const output = new Uint32Array(DIGEST);
    for (let i = 0; i < DIGEST; i++) {
      const sum = (state[i] ?? 0) + (left[i] ?? 0);
      output[i] = sum >= P ? sum - P : sum;
    }
    return output;
  }

  #writeRegisters(row: number, name: RowTypeName, tag: number, cells: WrittenCells): void {
    const { left, right, other = ZERO_DIGEST, memory = ZERO_DIGEST } = cells;
    this.#put(row, COLUMN.input, left, DIGEST);
    this.#put(row, COLUMN.input + DIGEST, right, DIGEST);
    this.#put(row, COLUMN.root, this.root, DIGEST);
    this.#put(row, COLUMN.other, other, DIGEST);
    this.#put(row, COLUMN.digest, this.digest, DIGEST);
    this.#put(row, COLUMN.memory, memory, DIGEST);
    this.#put(row, COLUMN.accumulator, this.accumulator, EXTENSION_DEGREE);
    const code = RowType[name];
    const comparing = COMPARING_ROWS.includes(name) ? 1 : 0;
    const { bit = 0, remaining = 0, returnType = 0, pathEnd = false } = cells;
    for (let i = 0; i < COLUMN.bit - COLUMN.type; i++) this.#set(row, COLUMN.type + i, (code >> i) & 1);
    this.#set(row, COLUMN.bit, bit);
    this.#set(row, COLUMN.remaining, remaining);
    this.#set(row, COLUMN.leafCount, this.leafCount);
    this.#set(row, COLUMN.entryCount, this.entryCount);
    this.#set(row, COLUMN.returnType, returnType);
    this.#set(row, COLUMN.pathEnd, pathEnd ? 1 : 0);
    this.#set(row, COLUMN.comparing, comparing);
    this.#set(row, COLUMN.tag, tag);
  }

  #put(row: number, column: number, values: Elements, count: number): void {
    for (let i = 0; i < count; i++) this.cells[(column + i) * this.capacity + row] = values[i] ?? 0;
  }

  #set(row: number, column: number, value: number): void {
    this.cells[column * this.capacity + row] = value;
  }

  #advance(name: RowTypeName, cells: WrittenCells, output: Elements): void {
    if (ABSORBING_ROWS.includes(name)) this.digest = output;
    const absorption = ABSORPTIONS[name];
    if (absorption !== undefined) this.accumulator = this.#extended(absorption, cells);
    if (name === "header" || name === "keyStart") this.entryCount++;
    if (name === "insertedLeaf") this.leafCount++;
    if (cells.pathEnd === true) this.root = output;
  }

  #extended({ beginsBlock, cells }: Absorption, { left, right }: WrittenCells): Ext {
    const field = this.#field;
    // By powers of r first, which takes one product for each instead of one for each cell.
    const sums = Array.from({ length: HIGHEST_POWER + 1 }, () => new Array<number>(EXTENSION_DEGREE).fill(0));
    for (const { input, coordinate, power } of cells) {
      const sum = sums[power];
      const cell = input < DIGEST ? left[input] : right[input - DIGEST];
      if (sum !== undefined) sum[coordinate] = add(sum[coordinate] ?? 0, cell ?? 0);
    }
    return sums.reduce<Ext>(
      (total, sum, power) => (sum.every((x) => x === 0) ? total : field.add(total, field.mul(sum, this.#power(power)))),
      beginsBlock ? field.mul(this.accumulator, this.#power(HIGHEST_POWER)) : this.accumulator,
    );
  }

  #power(k: number): Ext {
    return this.#powers[k] ?? this.#field.zero;
  }
}
