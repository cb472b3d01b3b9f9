import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { P } from "../../src/proofs/field/koala-bear.ts";
import { permuteTraced } from "../../src/proofs/circuits/poseidon/permutation-trace.ts";
import { COLUMN } from "../../src/proofs/circuits/state-transition/layout/columns.ts";
import { PUBLIC_COUNT } from "../../src/proofs/circuits/state-transition/layout/public-values.ts";
import { ROW_TYPE_NAMES, type RowTypeName } from "../../src/proofs/circuits/state-transition/layout/row-types.ts";
import { buildTrace } from "../../src/proofs/circuits/state-transition/trace/build-trace.ts";
import { tree } from "./support/attack.ts";
import { freeCellsOf } from "./support/free-cells.ts";
import { createRandom } from "./support/random.ts";
import { air, checkRow, claim, R, rowsOf } from "./support/scenario.ts";
import { checkRows } from "./support/row-checker.ts";

const random = createRandom(140);
const word = (): bigint =>
  Array.from({ length: 9 }, () => BigInt(random(2 ** 31))).reduce((sum, x) => (sum << 31n) | x, 0n) % (1n << 256n);
const witness = tree(5).batch((t) => [
  t.update(2, word()),
  t.update(6, word()),
  ...([0, 1, 2, 3, 0, 0, 0] as const).map((kind, i) =>
    t.insert(kind, BigInt(i) + (word() >> 100n), kind === 0 ? word() : 0n, word()),
  ),
  t.update(1, word()),
]);
const trace = buildTrace(witness, R);
const publics = claim(trace, witness);
const { columns } = trace;
const height = 2 ** trace.logRows;
const cells = new Uint32Array(columns[0]!.buffer);

function isCaught(row: number): boolean {
  return checkRow(columns, publics, row).length > 0 || (row > 0 && checkRow(columns, publics, row - 1).length > 0);
}

/** Puts each value into a cell and says whether every one of them is caught. Restores the cell. */
function allCaught(column: number, row: number, values: readonly number[]): boolean {
  const cell = columns[column]!;
  const original = cell[row]!;
  const caught = values
    .filter((value) => value !== original)
    .every((value) => {
      cell[row] = value;
      return isCaught(row);
    });
  cell[row] = original;
  return caught;
}

/** Changes an input cell together with the interior of its permutation, so that only the row's meaning is wrong. */
function hashedCaught(column: number, row: number): boolean {
  const saved = columns.map((cell) => cell[row]!);
  columns[column]![row] = random(P);
  const state = Float64Array.from({ length: 16 }, (_, i) => columns[COLUMN.input + i]![row]!);
  state[0] = state[0]! + columns[COLUMN.tag]![row]!;
  permuteTraced(state, { cells, offset: COLUMN.interior * height + row, stride: height });
  const caught = isCaught(row);
  saved.forEach((value, i) => {
    columns[i]![row] = value;
  });
  return caught;
}

function freeCells(type: RowTypeName): string[] {
  const rows = rowsOf(columns, type);
  const picked = new Set([rows[0]!, rows[1] ?? rows[0]!, rows[random(rows.length)]!, rows.at(-1)!]);
  const free = new Set<string>();
  for (const row of picked) {
    columns.forEach((cell, column) => {
      const original = cell[row]!;
      const values = [(original + 1) % P, random(P), ...(column < COLUMN.interior ? [0, 1, P - 1] : [])];
      if (!allCaught(column, row, values)) free.add(air.columnNames[column]!);
    });
    for (let i = 0; i < 16; i++) if (!hashedCaught(COLUMN.input + i, row)) free.add(`hashed input[${i}]`);
  }
  return [...free].sort();
}

describe("mutations of a state transition trace", () => {
  it("starts from a trace that is accepted", () => {
    assert.deepEqual(checkRows(checkRow, columns, publics), []);
  });

  for (const type of ROW_TYPE_NAMES) {
    it(`catches every changed cell of ${type} rows but the ${freeCellsOf(type).length} that are free on purpose`, () => {
      assert.deepEqual(freeCells(type), freeCellsOf(type));
    });
  }

  it("catches every changed public value", () => {
    assert.equal(publics.length, PUBLIC_COUNT);
    publics.forEach((value, i) => {
      const changed = publics.map((x, j) => (i === j ? (value + 1) % P : x));
      const rows = [
        0,
        height - 1,
        ...(["stateNew", "value", "header", "insertedValue", "keyMiddle"] as const).flatMap((type) => rowsOf(columns, type)),
      ];
      assert.ok(
        rows.some((row) => checkRow(columns, changed, row).length > 0),
        `public value ${i}`,
      );
    });
  });
});
