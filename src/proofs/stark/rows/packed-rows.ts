import { BLOCK_ROWS } from "../../kernels/wasm/emit/pack-columns.ts";
import { createRowPacker, type PackedBlock, type PackRows } from "../../kernels/wasm/row-packer.ts";

/** The thread's: its memory is only room in which a block is turned. */
let packer: PackRows | undefined;

/**
 * Rows of elements in their order. Most elements of most rows are small, or what they were in the row before: so a long run's
 * rows take a tenth of what their columns would.
 */
export class PackedRows {
  readonly #width: number;
  readonly #blocks: PackedBlock[] = [];
  /** Contiguous rows that are not packed yet. */
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
      this.#blocks.push((packer ??= createRowPacker())(this.#cells, width));
      this.#begun = 0;
    }
    const at = this.#begun++ * width;
    if (first === undefined) this.#cells.fill(0, at, at + width);
    else this.#cells.set(first, at);
    return at;
  }

  /** Memory of the rows that `begin` reserves; a row is valid until the next is begun. */
  get cells(): Uint32Array {
    return this.#cells;
  }

  /** Copy of the rows; others can be added to it. */
  copy(): PackedRows {
    const copied = new PackedRows(this.#width);
    copied.#blocks.push(...this.#blocks);
    copied.#cells = this.#cells.slice();
    copied.#begun = this.#begun;
    return copied;
  }

  /** Columns of `rows` rows from row `first`; after the last row they are 0. */
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

function unpack(
  { sizes, at, bytes }: PackedBlock,
  columns: readonly Uint32Array[],
  to: number,
  from: number,
  count: number,
): void {
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
