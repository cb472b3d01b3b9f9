import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { keccakP } from "@noble/hashes/sha3.js";
import { keccakAir, type KeccakCells } from "../../../src/proofs/circuits/keccak/keccak-air.ts";
import { ROUNDS } from "../../../src/proofs/circuits/shapes/keccak-state.ts";
import { KeccakRequests } from "../../../src/proofs/circuits/keccak/keccak-requests.ts";
import { keccakColumns } from "../../../src/proofs/circuits/keccak/keccak-trace.ts";
import { P } from "../../../src/proofs/field/koala-bear.ts";
import { evaluateRows } from "../../../src/proofs/stark/constraints/column-arithmetic.ts";
import { Random } from "../../chain/state/support/random.ts";
import { checkRows, createRowChecker } from "../support/row-checker.ts";
import { bitForgeries, type Forgery, orderForgeries, randomState, roundForgeries, toColumns } from "./support/forged-rows.ts";
import { keccakRows } from "./support/object-rows.ts";
import { checkConstraints } from "../../stark/check-traces.ts";

const air = keccakAir();
const check = createRowChecker(air);

/** The permutation by another implementation, in limbs. */
function permuted(input: readonly number[]): number[] {
  const words = Uint32Array.from({ length: 50 }, (_, i) => input[2 * i]! + 2 ** 16 * input[2 * i + 1]!);
  keccakP(words);
  return [...words].flatMap((word) => [word % 2 ** 16, Math.floor(word / 2 ** 16)]);
}

/** Rows judged in one pass, separately, by the constraints that hold on every row. */
const TOGETHER = 128;
const ROW_BY_ROW = { ...air, constraints: air.constraints.filter(({ scope }) => scope === "everyRow") };

function refusalsOfRows(rows: readonly KeccakCells[]): string[][] {
  const filled = [...rows];
  while (filled.length < TOGETHER) filled.push(rows[0]!);
  const columns = { preprocessed: [], main: toColumns(filled) };
  const refusals = rows.map((): string[] => []);
  for (const { row, constraint } of checkConstraints(ROW_BY_ROW, columns, [], { limit: Infinity }))
    refusals[row]?.push(constraint);
  return refusals;
}

function assertRefusals(forgeries: readonly Forgery[], refusals: readonly (readonly string[])[]): void {
  assert.deepEqual(
    refusals,
    forgeries.map(({ refusedBy }) => [refusedBy]),
  );
}

describe("the table keccak", () => {
  it("permutes as another implementation does, and answers with input and output", () => {
    const random = new Random(1);
    for (const input of [new Array<number>(100).fill(0), new Array<number>(100).fill(0xffff), randomState(random)]) {
      const columns = keccakColumns([{ input, uses: 3 }], 2);
      assert.deepEqual(keccakRows({ input, uses: 3 })[0]!.after, permuted(input));
      assert.deepEqual(new KeccakRequests().permute(input), permuted(input));
      assert.deepEqual(checkRows(check, columns, []), []);
      const [receive] = air.interactions;
      const roots = [receive!.multiplicity, ...receive!.message];
      const rows = Uint32Array.from(columns[0]!, (_, row) => row);
      const values = evaluateRows(air, roots, { preprocessed: [], main: columns }, [], rows);
      const answers = [...rows].map((row) => values.map((column) => column[row]!)).filter(([uses]) => uses !== 0);
      assert.deepEqual(answers, [[3, ...input, ...permuted(input)]]);
    }
  });

  it("typed columns equal objects, filled up with permutations of zeros however many rows are left", () => {
    const random = new Random(4);
    const zeros = { input: new Array<number>(100).fill(0), uses: 0 };
    // 24 rows leave 8 of 32; 120 leave 8 of 128, 72 leave 56.
    for (const count of [1, 3, 5]) {
      const requests = Array.from({ length: count }, (_, i) => ({ input: randomState(random), uses: i + 1 }));
      const rows = [...requests, zeros, zeros, zeros].flatMap(keccakRows);
      const height = 2 ** Math.ceil(Math.log2(24 * count));
      assert.deepEqual(keccakColumns(requests, 2), toColumns(rows.slice(0, height)));
    }
    assert.ok(keccakColumns([], 2).every(({ length }) => length === 0));
  });

  it("refuses every changed cell of some row", () => {
    const random = new Random(2);
    const columns = keccakColumns([{ input: randomState(random), uses: 1 }], 2);
    columns.forEach((column, c) => {
      const name = air.columnNames[c]!;
      // A number of uses but in the permutation's last row is refused; there it is what the bus counts.
      const row = random.below(name === "uses" ? ROUNDS - 1 : ROUNDS);
      const value = column[row]!;
      column[row] = (value + 1 + random.below(3)) % P;
      const isRefused = check(columns, [], row).length > 0 || (row > 0 && check(columns, [], row - 1).length > 0);
      assert.ok(isRefused, `${name} of row ${row} may be ${column[row]}`);
      column[row] = value;
    });
  });

  it("needs every constraint: each alone refuses rows that are otherwise right", () => {
    const random = new Random(3);
    const needed = new Set<string>();
    const single = [...roundForgeries(random), ...bitForgeries()];
    for (let start = 0; start < single.length; start += TOGETHER) {
      const some = single.slice(start, start + TOGETHER);
      assertRefusals(some, refusalsOfRows(some.map(({ rows: [row] }) => row!)));
      for (const { refusedBy } of some) needed.add(refusedBy);
    }
    for (const forgery of orderForgeries(random)) {
      const refusals = checkRows(check, toColumns(forgery.rows), []).map(({ name }) => name);
      assertRefusals([forgery], [[...new Set(refusals)]]);
      needed.add(forgery.refusedBy);
    }
    assert.deepEqual([...needed].sort(), air.constraints.map(({ name }) => name).sort());
  });
});
