import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { permuteByRounds } from "../../src/proofs/circuits/poseidon/permutation-trace.ts";
import { P } from "../../src/proofs/field/koala-bear.ts";
import { permute } from "../../src/proofs/kernels/poseidon.ts";
import { createPermutationTracer } from "../../src/proofs/kernels/wasm/permutation-tracer.ts";
import { elementSource } from "./support/random-elements.ts";

const trace = createPermutationTracer();

/** Rows that the tracer writes for these states; columns have one more row than states. */
function traced(states: readonly (readonly number[])[]): { readonly rows: number[][]; readonly behind: number[] } {
  const before = Array.from({ length: 16 }, (_, i) => Uint32Array.from(states, (state) => state[i]!));
  const to = Array.from({ length: 148 }, () => new Uint32Array(states.length + 1).fill(7));
  trace(states.length, before, to);
  return { rows: states.map((_, row) => to.map((column) => column[row]!)), behind: to.map((column) => column[states.length]!) };
}

/** Expected rows, from the code for single permutations. */
function expected(state: readonly number[]): number[] {
  const lanes = Float64Array.from(state);
  return [...permuteByRounds(lanes), ...lanes];
}

describe("the tracer of permutations", () => {
  for (const count of [0, 1, 3, 4, 5, 255, 256, 257, 1000])
    it(`tells of ${count} permutations what the slow code tells of each, and writes nothing behind the last`, () => {
      const next = elementSource(count + 1);
      const states = Array.from({ length: count }, () => Array.from({ length: 16 }, () => next()));
      const { rows, behind } = traced(states);
      rows.forEach((row, i) => assert.deepEqual(row, expected(states[i]!), `permutation ${i}`));
      assert.deepEqual(behind, new Array<number>(148).fill(7));
    });

  it("handles the edge values in any mixture of lanes", () => {
    const next = elementSource(3);
    const edges = [0, 1, P - 1, (P - 1) / 2, (P + 1) / 2, 2 ** 16, P - 2 ** 16];
    const same = edges.map((edge) => new Array<number>(16).fill(edge));
    const mixed = Array.from({ length: 200 }, () => Array.from({ length: 16 }, () => edges[next() % edges.length]!));
    const states = [...same, ...mixed];
    traced(states).rows.forEach((row, i) => {
      assert.deepEqual(row, expected(states[i]!));
      assert.deepEqual(row.slice(-16), permute(states[i]!));
    });
  });

  it("refuses other numbers of columns, and columns that are too short", () => {
    const columns = (count: number, rows: number) => Array.from({ length: count }, () => new Uint32Array(rows));
    trace(2, columns(16, 2), columns(148, 2));
    for (const [before, to] of [
      [columns(15, 2), columns(148, 2)],
      [columns(16, 2), columns(147, 2)],
      [columns(16, 1), columns(148, 2)],
      [columns(16, 2), columns(148, 1)],
    ] as const)
      assert.throws(() => trace(2, before, to), RangeError);
  });
});
