import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { P } from "../../src/proofs/field/koala-bear.ts";
import { COMPACT_CONSTANTS } from "../../src/proofs/kernels/poseidon-rounds.ts";
import {
  applyMatrix,
  compress,
  MDS_FIRST_ROW,
  MDS_MATRIX,
  permute,
  ROUND_CONSTANTS,
  WIDTH,
} from "../../src/proofs/kernels/poseidon.ts";
import { grainElements } from "./support/grain.ts";
import { elementSource } from "./support/random-elements.ts";

interface Vector {
  readonly input: number[];
  readonly output: number[];
}
const published = (name: string): Vector =>
  JSON.parse(readFileSync(new URL(`../../fixtures/poseidon/${name}.json`, import.meta.url), "utf8")) as Vector;
const vector = published("koala-bear-16");

const p = BigInt(P);
const multiplyDense = (state: readonly bigint[]): bigint[] =>
  state.map((_, row) => state.reduce((sum, x, column) => sum + x * BigInt(MDS_FIRST_ROW[(16 + column - row) % 16]!), 0n) % p);

/** The permutation in big integers; a round's constants may be fewer than the lanes. */
function permuteDense(input: readonly number[], rounds: readonly (readonly number[])[]): number[] {
  let state = input.map(BigInt);
  rounds.forEach((constants, round) => {
    const isFull = round < 4 || round >= 24;
    state = state
      .map((x, lane) => (x + BigInt(constants[lane] ?? 0)) % p)
      .map((x, lane) => (isFull || lane === 0 ? x ** 3n % p : x));
    state = multiplyDense(state);
  });
  return state.map(Number);
}
const { initial, partial, terminal } = ROUND_CONSTANTS;

test("permutes the published width-16 vector to the published output", () => {
  assert.deepEqual(permute(vector.input), vector.output);
  assert.deepEqual(permuteDense(vector.input, [...initial, ...partial, ...terminal]), vector.output);
});

test("multiplies the published vector by the matrix to the published output", () => {
  const { input, output } = published("mds-16");
  assert.deepEqual(multiplyDense(input.map(BigInt)).map(Number), output);
  assert.deepEqual(
    MDS_MATRIX.map((row) => Number(row.reduce((sum, entry, i) => sum + BigInt(entry) * BigInt(input[i]!), 0n) % p)),
    output,
  );
});

test("multiplies states of edge values in any mixture by the matrix as big integers say", () => {
  const next = elementSource(5);
  const edges = [0, 1, P - 1, (P - 1) / 2];
  for (let i = 0; i < 200; i++) {
    const input = Array.from({ length: WIDTH }, () => edges[next() % edges.length]!);
    const state = Float64Array.from(input);
    applyMatrix(state);
    assert.deepEqual([...state], multiplyDense(input.map(BigInt)).map(Number), input.join());
  }
});

test("has the round constants that the generator of the paper draws", () => {
  const parameters = { bits: 31, width: WIDTH, fullRounds: 8, partialRounds: 20 };
  assert.deepEqual([...initial, ...partial, ...terminal].flat(), grainElements(28 * WIDTH, P, parameters));
});

test("permutes edge values and random states as big integers say, with all constants and with one per partial round", () => {
  const next = elementSource(16);
  const states = [
    ...[0, 1, P - 1].map((x) => new Array<number>(WIDTH).fill(x)),
    ...Array.from({ length: 50 }, () => Array.from({ length: WIDTH }, next)),
  ];
  const compact = [...COMPACT_CONSTANTS.initial, ...COMPACT_CONSTANTS.partial.map((c) => [c]), ...COMPACT_CONSTANTS.terminal];
  for (const state of states) {
    const expected = permuteDense(state, [...initial, ...partial, ...terminal]);
    assert.deepEqual(permute(state), expected);
    assert.deepEqual(permuteDense(state, compact), expected);
  }
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
