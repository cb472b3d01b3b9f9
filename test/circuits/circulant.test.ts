import assert from "node:assert/strict";
import { test } from "node:test";

import { multiplyByCirculant } from "../../src/proofs/circuits/poseidon/circulant.ts";
import { MDS_FIRST_ROW } from "../../src/proofs/kernels/poseidon.ts";

const numbers = { add: (a: number, b: number) => a + b, scale: (x: number, factor: number) => x * factor };
const dense = (row: readonly number[], x: readonly number[]): number[] =>
  x.map((_, i) => row.reduce((sum, c, k) => sum + c * x[(i + k) % x.length]!, 0));

test("multiplies by circulants of every size as the dense matrix does", () => {
  let seed = 7;
  const next = (): number => (seed = (seed * 48271) % 0x7fffffff) % 100;
  for (const size of [1, 2, 4, 8, 16]) {
    for (let i = 0; i < 20; i++) {
      const row = Array.from({ length: size }, next);
      const x = Array.from({ length: size }, next);
      assert.deepEqual(multiplyByCirculant(row, x, numbers), dense(row, x), `row ${row.join()} by ${x.join()}`);
    }
  }
});

test("takes fewer products for the permutation's matrix than the matrix has entries", () => {
  let products = 0;
  const counted = { add: numbers.add, scale: (x: number, factor: number) => (products++, x * factor) };
  const x = MDS_FIRST_ROW.map((_, i) => i + 1);
  assert.deepEqual(multiplyByCirculant(MDS_FIRST_ROW, x, counted), dense(MDS_FIRST_ROW, x));
  assert.equal(products, 7 * 16 + 3 * 8);
});

test("refuses lengths that are not equal powers of two", () => {
  assert.throws(() => multiplyByCirculant([1, 2], [1], numbers), RangeError);
  assert.throws(() => multiplyByCirculant([1, 2, 3], [1, 2, 3], numbers), RangeError);
  assert.throws(() => multiplyByCirculant([], [], numbers), RangeError);
});
