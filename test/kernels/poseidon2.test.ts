import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { P } from "../../src/field/koala-bear.ts";
import { compress, permute } from "../../src/kernels/reference/poseidon2.ts";

const vector = JSON.parse(
  readFileSync(new URL("../../fixtures/poseidon2/koala-bear-16.json", import.meta.url), "utf8"),
) as { readonly input: number[]; readonly output: number[] };

test("permutes the published width-16 vector to the published output", () => {
  assert.deepEqual(permute(vector.input), vector.output);
});

test("compresses with the tag inside the permutation only and feeds the untagged left half forward", () => {
  const tag = 5;
  const left = vector.input.slice(0, 8);
  const right = vector.input.slice(8);
  // Taking the tag off lane 0 beforehand makes the permutation's input the published one.
  const untagged = left.map((x, i) => (i === 0 ? (x - tag + P) % P : x));
  const expected = untagged.map((x, i) => (x + (vector.output[i] ?? 0)) % P);
  assert.deepEqual(compress(tag, untagged, right), expected);
});

test("refuses states and halves of another length", () => {
  assert.throws(() => permute(new Array<number>(15).fill(0)), RangeError);
  assert.throws(() => compress(1, new Array<number>(7).fill(0), new Array<number>(8).fill(0)), RangeError);
});
