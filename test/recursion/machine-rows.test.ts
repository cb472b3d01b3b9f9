import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { addressOf, isWritten, MachineRows, NO_CELL, slotCell } from "../../src/proofs/recursion/tables/machine-rows.ts";
import { P } from "../../src/proofs/field/koala-bear.ts";

const TABLE = { slots: ["a", "b", "c"], numbers: ["x", "y"] };

describe("packed rows of a program", () => {
  it("have the cells, numbers and siblings that they were given, however many they are", () => {
    const rows = new MachineRows(TABLE);
    const count = 1000;
    for (let i = 0; i < count; i++)
      rows.push([slotCell(i, false), NO_CELL, slotCell(2 * i, true)], [i, P - 1 - i], i % 3 === 0 ? i : undefined);
    rows.trim();
    assert.equal(rows.length, count);
    for (let i = 0; i < count; i++) {
      const cells = [0, 1, 2].map((slot) => rows.cell(i, slot));
      assert.deepEqual(cells.map(addressOf), [i, undefined, 2 * i]);
      assert.deepEqual(cells.map(isWritten), [false, false, true]);
      assert.deepEqual(rows.numbers(i), [i, P - 1 - i]);
      assert.equal(rows.number(i, 1), P - 1 - i);
      assert.equal(rows.sibling(i), i % 3 === 0 ? i : undefined);
    }
    rows.push([slotCell(7, true)]);
    assert.deepEqual([addressOf(rows.cell(count, 0)), rows.cell(count, 1), rows.numbers(count)], [7, NO_CELL, [0, 0]]);
    assert.deepEqual([rows.length, rows.sibling(count)], [count + 1, undefined]);
  });

  it("distinguish the cell at address 0 from no cell, and have room for the largest address", () => {
    const largest = 2 ** 31 - 2;
    const rows = new MachineRows(TABLE);
    rows.push([slotCell(0, false), slotCell(0, true), slotCell(largest, true)]);
    assert.deepEqual(
      [0, 1, 2].map((slot) => addressOf(rows.cell(0, slot))),
      [0, 0, largest],
    );
    assert.deepEqual(
      [0, 1, 2].map((slot) => isWritten(rows.cell(0, slot))),
      [false, true, true],
    );
    rows.trim();
    new MachineRows(TABLE).trim();
  });
});
