import assert from "node:assert/strict";
import { test } from "node:test";
import { P } from "../../src/proofs/field/koala-bear.ts";
import { BLOCK_ROWS } from "../../src/proofs/kernels/wasm/emit/pack-columns.ts";
import { createRowPacker } from "../../src/proofs/kernels/wasm/row-packer.ts";
import { packedByDefinition } from "./support/packed-by-definition.ts";
import { elementSource } from "./support/random-elements.ts";

const packRows = createRowPacker();
/** The largest cell of a column: of one byte, two, four, and what is just above. */
const LARGEST = [1, 2 ** 8 - 1, 2 ** 8, 2 ** 16 - 1, 2 ** 16, P - 1, 2 ** 32 - 1];

test("columns of any number are packed as the definition says, whatever was packed before", () => {
  // Up and down again, so that data of an earlier block remain behind the rows.
  for (const width of [1, 2, 3, 4, 5, 7, 8, 9, 2460, 131, 5, 1]) {
    const next = elementSource(width);
    const cells = Uint32Array.from({ length: BLOCK_ROWS * width }, (_, i) => {
      const column = i % width;
      return column % 3 === 2 ? LARGEST[column % 7]! : next() % (LARGEST[column % 7]! + 1);
    });
    assert.deepEqual(packRows(cells, width), packedByDefinition(cells, width), `${width} columns`);
  }
});

test("one cell that differs, in the first row or the last, decides how large all cells of its column are", () => {
  for (const width of [1, 4, 6])
    for (const row of [0, 1, BLOCK_ROWS - 1])
      for (const cell of [0, ...LARGEST]) {
        const cells = new Uint32Array(BLOCK_ROWS * width).fill(7);
        cells[row * width + width - 1] = cell;
        assert.deepEqual(packRows(cells, width), packedByDefinition(cells, width), `${cell} in row ${row} of ${width} columns`);
      }
});

test("fewer cells than a block has are refused", () => {
  assert.throws(() => packRows(new Uint32Array(3 * BLOCK_ROWS - 1), 3), /256 rows of 3 have 768 cells, got 767/);
});
