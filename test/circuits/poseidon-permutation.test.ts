import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { add, mul, P, sub } from "../../src/proofs/field/koala-bear.ts";
import { permute } from "../../src/proofs/kernels/poseidon.ts";
import { AirBuilder } from "../../src/proofs/stark/constraints/air.ts";
import { degrees, evaluateGraph } from "../../src/proofs/stark/constraints/expression.ts";
import { constrainPermutation, PERMUTATION_COLUMNS } from "../../src/proofs/circuits/poseidon/permutation.ts";
import { permuteTraced } from "../../src/proofs/circuits/poseidon/permutation-trace.ts";
import { createRandom } from "./support/random.ts";
import { createRowChecker } from "./support/row-checker.ts";

const random = createRandom(16);
const INPUTS: readonly (readonly number[])[] = [
  Array.from({ length: 16 }, () => 0),
  Array.from({ length: 16 }, () => 1),
  Array.from({ length: 16 }, () => P - 1),
  Array.from({ length: 16 }, (_, i) => (i % 2 === 0 ? 0 : P - 1)),
  Array.from({ length: 16 }, (_, i) => i),
  ...Array.from({ length: 40 }, () => Array.from({ length: 16 }, () => random(P))),
];

const builder = new AirBuilder("permutation", 0);
const input = builder.columns("input", 16);
const output = constrainPermutation(builder, input).map(({ node }) => node);
const air = builder.build();
const check = createRowChecker(air);

/** The input and interior cells of one permutation as a table of one row. */
function traced(values: readonly number[]): { columns: Uint32Array[]; state: Float64Array } {
  const state = Float64Array.from(values);
  const cells = new Uint32Array(16 + PERMUTATION_COLUMNS.count);
  cells.set(values);
  permuteTraced(state, { cells, offset: 16, stride: 1 });
  return { columns: Array.from(cells, (value) => Uint32Array.of(value)), state };
}

describe("the Poseidon permutation as constraints", () => {
  it("needs 74 columns and as many constraints, of degree 9 at most", () => {
    assert.equal(air.columnNames.length, 16 + 74);
    assert.equal(air.constraints.length, 74);
    assert.equal(air.degree, 9);
    assert.deepEqual(
      degrees(air.nodes, output),
      Array.from({ length: 16 }, () => 3),
    );
  });

  it("gives the reference's output in the trace and in the expressions", () => {
    for (const values of INPUTS) {
      const { columns, state } = traced(values);
      assert.deepEqual(Array.from(state), permute(values));
      const expressed = evaluateGraph<number>(air.nodes, output, {
        constant: (value) => value,
        column: (_phase, column) => columns[column]![0]!,
        public: () => assert.fail("no public values here"),
        add,
        sub,
        mul,
      });
      assert.deepEqual(expressed, permute(values));
      assert.deepEqual(check(columns, [], 0), []);
    }
  });

  it("accepts a first lane to which a tag was added without reduction", () => {
    const values = Array.from({ length: 16 }, () => P - 1);
    const state = Float64Array.from(values);
    state[0] = P - 1 + 11;
    permuteTraced(state, { cells: new Uint32Array(PERMUTATION_COLUMNS.count), offset: 0, stride: 1 });
    assert.deepEqual(Array.from(state), permute([10, ...values.slice(1)]));
  });

  it("catches every changed cell", () => {
    const { columns } = traced(INPUTS.at(-1)!);
    columns.forEach((column, i) => {
      const original = column[0]!;
      for (const value of [0, (original + 1) % P, random(P)]) {
        column[0] = value;
        assert.notDeepEqual(check(columns, [], 0), [], `column ${air.columnNames[i]}`);
      }
      column[0] = original;
    });
  });
});
