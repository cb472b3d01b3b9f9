import { ModuleBuilder } from "./assembler/module-builder.ts";
import { BLOCK_ROWS, COLUMNS_BYTES, packColumns } from "./emit/pack-columns.ts";

/**
 * A block's columns, each in as many bytes a cell as its largest takes: 0 where all cells are the same, 1, 2 or 4. For 0 `at` is
 * the cell, else where the column begins in `bytes`.
 */
export interface PackedBlock {
  readonly sizes: Uint8Array;
  readonly at: Uint32Array;
  readonly bytes: Uint8Array;
}

/** Packs the columns of BLOCK_ROWS contiguous rows of `width` cells. Throws RangeError for fewer cells. */
export type PackRows = (cells: Uint32Array, width: number) => PackedBlock;

const PAGE_BYTES = 65536;
/** Bytes that a kernel may read after the last row. */
const SLACK_BYTES = 16;
/** 4 GiB, of which only what the widest rows need is taken. */
const MAXIMUM_PAGES = 65536;

/** A packer with memory for the widest rows that it has packed: twice their cells. */
export function createRowPacker(): PackRows {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: MAXIMUM_PAGES });
  const builder = new ModuleBuilder();
  builder.add(packColumns());
  const module = new WebAssembly.Module(builder.build({ initialPages: 1, maximumPages: MAXIMUM_PAGES, shared: false }));
  const kernel = new WebAssembly.Instance(module, { env: { memory } }).exports.packColumns as (
    ...places: readonly [cells: number, width: number, columns: number, sizes: number, at: number, bytes: number]
  ) => number;

  return (cells, width) => {
    const count = BLOCK_ROWS * width;
    if (cells.length < count) throw new RangeError(`${BLOCK_ROWS} rows of ${width} have ${count} cells, got ${cells.length}`);
    const cellBytes = 4 * count;
    const columns = cellBytes + SLACK_BYTES;
    const at = columns + COLUMNS_BYTES;
    const bytes = at + 4 * width;
    const sizes = bytes + cellBytes;
    const missing = sizes + width - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
    const { buffer } = memory;
    new Uint32Array(buffer, 0, count).set(cells.length === count ? cells : cells.subarray(0, count));
    const length = kernel(0, width, columns, sizes, at, bytes);
    return {
      sizes: new Uint8Array(buffer, sizes, width).slice(),
      at: new Uint32Array(buffer, at, width).slice(),
      bytes: new Uint8Array(buffer, bytes, length).slice(),
    };
  };
}
