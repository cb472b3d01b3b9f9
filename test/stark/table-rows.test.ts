import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { TableRows } from "../../src/proofs/stark/rows/table-rows.ts";

const FIELDS = { uses: 1, word: 3 } as const;
const rowAt = (i: number) => ({ word: [i, i + 1, i + 2], uses: 7 * i });
const listOf = (count: number) => {
  const rows = new TableRows("table", FIELDS);
  for (let i = 0; i < count; i++) rows.push(rowAt(i));
  return rows;
};
const idle = { uses: 1, word: [0, 0, 0] };
const columnsOf = (rows: TableRows<typeof FIELDS>) => rows.columns({ padding: () => idle, minLogRows: 1 });

describe("rows of a table", () => {
  it("are columns in the fields' order, however many they are", () => {
    for (const count of [1, 2, 255, 256, 257, 1000]) {
      const height = count === 1 ? 2 : 2 ** Math.ceil(Math.log2(count));
      const cell = (value: (i: number) => number, filling: number) =>
        Uint32Array.from({ length: height }, (_, i) => (i < count ? value(i) : filling));
      const expected = [cell((i) => 7 * i, 1), cell((i) => i, 0), cell((i) => i + 1, 0), cell((i) => i + 2, 0)];
      const rows = listOf(count);
      assert.equal(rows.length, count);
      assert.deepEqual(columnsOf(rows), expected, `${count} rows`);
      assert.deepEqual(columnsOf(rows), expected, `${count} rows once more`);
      assert.equal(rows.length, count, "padding rows do not count as rows of the list");
    }
    assert.deepEqual(
      columnsOf(listOf(0)).map(({ length }) => length),
      [0, 0, 0, 0],
    );
  });

  it("are equal if they are written in place, among others that are pushed", () => {
    for (const count of [1, 63, 64, 65, 300]) {
      const rows = listOf(0);
      for (let i = 0; i < count; i++) {
        if (i % 100 < 10) rows.push(rowAt(i));
        else {
          const at = rows.begin();
          assert.deepEqual([...rows.cells.subarray(at, at + 4)], [0, 0, 0, 0]);
          rows.cells.set([7 * i, i, i + 1, i + 2], at);
        }
      }
      assert.equal(rows.length, count);
      assert.deepEqual(columnsOf(rows), columnsOf(listOf(count)), `${count} rows`);
    }
  });

  it("are filled up with the last ones again and again", () => {
    const rows = listOf(5);
    const [uses] = rows.columnsRepeating(2, 4);
    assert.deepEqual([...uses!], [0, 7, 14, 21, 28, 21, 28, 21, 28, 21, 28, 21, 28, 21, 28, 21]);
    assert.equal(rows.length, 5);
  });

  it("are read back unchanged", () => {
    const rows = listOf(300);
    assert.deepEqual(
      [...rows],
      Array.from({ length: 300 }, (_, i) => rowAt(i)),
    );
    assert.deepEqual(rows.last, rowAt(299));
    assert.equal(listOf(0).last, undefined);
  });

  it("grow behind the columns that were made of them", () => {
    const rows = listOf(0);
    columnsOf(rows);
    for (let i = 0; i < 300; i++) rows.push(rowAt(i));
    assert.deepEqual([...rows].at(-1), rowAt(299));
  });

  it("typed columns equal objects: whatever their elements are, and whichever rows are taken", () => {
    // Elements of one, two and four bytes, and columns in which all are the same for a while.
    const least = [1, 200, 2 ** 16 - 1, 2 ** 31 - 2];
    const elementAt = (row: number, column: number): number => {
      const stretch = Math.floor(row / 90) + column;
      return stretch % 3 === 0 ? least[stretch % 4]! : (row * 2_654_435_761 + column) % (least[stretch % 4]! + 1);
    };
    const objects = Array.from({ length: 1200 }, (_, row) => {
      return { uses: elementAt(row, 0), word: [1, 2, 3].map((column) => elementAt(row, column)) };
    });
    const typed = new TableRows("table", FIELDS, objects);
    const expected = (first: number, rows: number): Uint32Array[] =>
      [0, 1, 2, 3].map((column) =>
        Uint32Array.from({ length: rows }, (_, i) => {
          const row = objects[first + i];
          return row === undefined ? 0 : [row.uses, ...row.word][column]!;
        }),
      );
    for (const [first, rows] of [
      [0, 1200],
      [0, 256],
      [255, 2],
      [256, 512],
      [300, 700],
      [1000, 300],
      [1199, 1],
      [1200, 4],
    ] as const)
      assert.deepEqual(typed.range(first, rows), expected(first, rows), `${rows} rows from ${first} on`);
    const packed = typed.packed();
    const at = packed.begin();
    packed.cells.set([4, 3, 2, 1], at);
    assert.deepEqual(
      packed.columns(1199, 2).map(([, element]) => element),
      [4, 3, 2, 1],
    );
    assert.equal(typed.length, 1200, "rows that are added to a copy are not in the list");
  });

  it("have a field of one element overwritten", () => {
    const rows = listOf(3);
    rows.overwrite("uses", [5, 6], 1);
    assert.deepEqual(
      Array.from(rows, ({ uses }) => uses),
      [0, 5, 6],
    );
  });

  it("are refused with another number of elements, by the field's name", () => {
    const rows = listOf(3);
    assert.throws(() => rows.push({ uses: 0, word: [1, 2] }), /field word of table table has 3 elements, got 2/);
  });
});
