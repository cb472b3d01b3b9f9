/** Rows that are packed at a time: so few that they lie in the processor's caches. */
const BLOCK_ROWS = 256;

/**
 * A block's columns, each in as many bytes a cell as its largest takes: 0 where all cells are the same, 1, 2 or 4. For 0 `at` is
 * the cell, else where the column begins in `bytes`.
 */
interface Block {
  readonly sizes: Uint8Array;
  readonly at: Uint32Array;
  readonly bytes: Uint8Array;
}

/**
 * Rows of elements in their order. Most elements of most rows are small, or what they were in the row before: so a long run's
 * rows take a tenth of what their columns would.
 */
export class PackedRows {
  readonly #width: number;
  readonly #blocks: Block[] = [];
  /** Rows that are not packed yet, one behind the other. */
  #cells = new Uint32Array(0);
  #begun = 0;

  constructor(width: number) {
    this.#width = width;
  }

  /** The first rows of columns. */
  static of(columns: readonly Uint32Array[], rows: number): PackedRows {
    const packed = new PackedRows(columns.length);
    for (let row = 0; row < rows; row++) {
      const at = packed.begin();
      for (let column = 0; column < columns.length; column++)
        packed.#cells[at + column] = (columns[column] as Uint32Array)[row] as number;
    }
    return packed;
  }

  get length(): number {
    return BLOCK_ROWS * this.#blocks.length + this.#begun;
  }

  /** Room for the next row, of zeros or of what it begins with: its elements are those of `cells` from this place on. */
  begin(first?: Uint32Array): number {
    const width = this.#width;
    if (this.#cells.length === 0) this.#cells = new Uint32Array(BLOCK_ROWS * width);
    if (this.#begun === BLOCK_ROWS) {
      this.#blocks.push(packed(this.#cells, width));
      this.#begun = 0;
    }
    const at = this.#begun++ * width;
    if (first === undefined) this.#cells.fill(0, at, at + width);
    else this.#cells.set(first, at);
    return at;
  }

  /** Where the rows lie that `begin` makes room for: each of them until the next is begun. */
  get cells(): Uint32Array {
    return this.#cells;
  }

  /** The same rows, to which others can be added. */
  copy(): PackedRows {
    const copied = new PackedRows(this.#width);
    copied.#blocks.push(...this.#blocks);
    copied.#cells = this.#cells.slice();
    copied.#begun = this.#begun;
    return copied;
  }

  /** Columns of so many rows from one on; behind the last row they are 0. */
  columns(first: number, rows: number): Uint32Array[] {
    const columns = Array.from({ length: this.#width }, () => new Uint32Array(rows));
    const end = Math.min(first + rows, this.length);
    for (let row = first; row < end;) {
      const block = Math.floor(row / BLOCK_ROWS);
      const from = row - BLOCK_ROWS * block;
      const count = Math.min(BLOCK_ROWS - from, end - row);
      const own = this.#blocks[block];
      if (own === undefined) this.#unpackLast(columns, row - first, from, count);
      else unpack(own, columns, row - first, from, count);
      row += count;
    }
    return columns;
  }

  #unpackLast(columns: readonly Uint32Array[], to: number, from: number, count: number): void {
    const [cells, width] = [this.#cells, this.#width];
    for (let column = 0; column < width; column++) {
      const own = columns[column] as Uint32Array;
      for (let row = 0, at = from * width + column; row < count; row++, at += width) own[to + row] = cells[at] as number;
    }
  }
}

function packed(cells: Uint32Array, width: number): Block {
  const sizes = new Uint8Array(width);
  const at = new Uint32Array(width);
  // The bits of all cells, and those in which some differ from the first.
  const all = cells.slice(0, width);
  const different = new Uint32Array(width);
  for (let row = width; row < cells.length; row += width)
    for (let column = 0; column < width; column++) {
      const cell = cells[row + column] as number;
      all[column] = (all[column] as number) | cell;
      different[column] = (different[column] as number) | (cell ^ (cells[column] as number));
    }
  let length = 0;
  for (let column = 0; column < width; column++) {
    const bits = all[column] as number;
    const size = different[column] === 0 ? 0 : bits < 2 ** 8 ? 1 : bits < 2 ** 16 ? 2 : 4;
    sizes[column] = size;
    at[column] = size === 0 ? (cells[column] as number) : length;
    length += size * BLOCK_ROWS;
  }
  const bytes = new Uint8Array(length);
  const [pairs, words] = [new Uint16Array(bytes.buffer), new Uint32Array(bytes.buffer)];
  for (let column = 0; column < width; column++) {
    const size = sizes[column] as number;
    if (size === 0) continue;
    const to = size === 1 ? bytes : size === 2 ? pairs : words;
    const first = (at[column] as number) / size;
    for (let row = 0, from = column; row < BLOCK_ROWS; row++, from += width) to[first + row] = cells[from] as number;
  }
  return { sizes, at, bytes };
}

function unpack({ sizes, at, bytes }: Block, columns: readonly Uint32Array[], to: number, from: number, count: number): void {
  for (let column = 0; column < columns.length; column++) {
    const own = columns[column] as Uint32Array;
    const [size, place] = [sizes[column] as number, at[column] as number];
    if (size === 0) {
      if (place !== 0) own.fill(place, to, to + count);
      continue;
    }
    const cells =
      size === 1
        ? bytes.subarray(place + from, place + from + count)
        : size === 2
          ? new Uint16Array(bytes.buffer, place + 2 * from, count)
          : new Uint32Array(bytes.buffer, place + 4 * from, count);
    own.set(cells, to);
  }
}
