import assert from "node:assert/strict";
import { test } from "node:test";

import { keccak_256, keccakP } from "@noble/hashes/sha3.js";

import { add, inv, mul, P, pow, sub } from "../../src/proofs/field/koala-bear.ts";
import { KECCAK_CONSTANTS_AT, nodeShapeAt, ONE_AT, R_SQUARED_AT } from "../../src/proofs/kernels/wasm/memory/fixed-memory.ts";
import { Heap } from "../../src/proofs/kernels/wasm/memory/heap.ts";
import { compileKernels, instantiateKernels } from "../../src/proofs/kernels/wasm/memory/kernel-module.ts";
import { BASE31_GROUP, packElements } from "../../src/proofs/kernels/leaf-encoding.ts";
import { messagePairBytes } from "../../src/proofs/kernels/wasm/emit/hash-rows-keccak.ts";
import { keccakMessage } from "../../src/proofs/kernels/wasm/memory/leaf-entries.ts";
import { companionOf, R, toMontgomery } from "../../src/proofs/kernels/montgomery.ts";
import { elementSource } from "./support/random-elements.ts";

const heap = new Heap();
const kernels = instantiateKernels(compileKernels(), heap.memory);

/** Every pair of values at which a reduction or a carry could go wrong. */
const EDGES = [0, 1, 2, 0x7fff, 0xffff, 0x10000, 0x00ffffff, 0x01000000, 0x3f800000, 0x3f800001, P - 2, P - 1];
const pairs = EDGES.flatMap((a) => EDGES.map((b) => [a, b] as const));
const left = Uint32Array.from(pairs, ([a]) => a);
const right = Uint32Array.from(pairs, ([, b]) => b);

function store(words: ArrayLike<number>): number {
  const address = heap.allocate(4 * words.length);
  heap.words().set(words, address / 4);
  return address;
}

function read(address: number, count: number): number[] {
  return [...heap.words().subarray(address / 4, address / 4 + count)];
}

const INVERSE_R = inv(R);

test("adds, subtracts and multiplies every pair of edge values", () => {
  const [a, b] = [store(left), store(right)];
  const target = heap.allocate(4 * pairs.length);
  const cases = [
    ["addVectors", add],
    ["subVectors", sub],
    ["mulVectors", (x: number, y: number) => mul(mul(x, y), INVERSE_R)],
  ] as const;
  for (const [name, expected] of cases) {
    kernels[name](target, a, 16, b, 16, 4 * pairs.length);
    assert.deepEqual(
      read(target, pairs.length),
      pairs.map(([x, y]) => expected(x, y)),
      name,
    );
  }
});

test("repeats an operand whose step is zero", () => {
  const scalar = store([5, 5, 5, 5]);
  const target = heap.allocate(4 * pairs.length);
  kernels.subVectors(target, scalar, 0, store(right), 16, 4 * pairs.length);
  assert.deepEqual(
    read(target, pairs.length),
    pairs.map(([, y]) => sub(5, y)),
  );
});

test("multiplies by constants with their companions", () => {
  const companions = heap.allocate(4 * pairs.length);
  const constants = store(right);
  kernels.companions(companions, constants, 4 * pairs.length);
  assert.deepEqual(
    read(companions, pairs.length),
    pairs.map(([, c]) => Number((BigInt(c) << 32n) / BigInt(P))),
  );
  assert.deepEqual(
    read(companions, pairs.length),
    pairs.map(([, c]) => companionOf(c)),
  );
  const target = heap.allocate(4 * pairs.length);
  kernels.scaleVectors(target, store(left), constants, companions, 4 * pairs.length);
  assert.deepEqual(
    read(target, pairs.length),
    pairs.map(([x, c]) => mul(x, c)),
  );
  kernels.dot(store(left), constants, companions, target, 4 * pairs.length);
  const sum = pairs.reduce((total, [x, c]) => add(total, mul(x, c)), 0);
  assert.equal(read(target, 4).reduce(add), sum);
});

test("enters and leaves Montgomery form", () => {
  const target = heap.allocate(4 * pairs.length);
  kernels.mulVectors(target, store(left), 16, R_SQUARED_AT, 0, 4 * pairs.length);
  assert.deepEqual(
    read(target, pairs.length),
    pairs.map(([x]) => toMontgomery(x)),
  );
  kernels.mulVectors(target, target, 16, ONE_AT, 0, 4 * pairs.length);
  assert.deepEqual(read(target, pairs.length), [...left]);
});

test("stages lines of sixteen words of each column, a stride behind one another", () => {
  const next = elementSource(16);
  const columns = [0, 1, 2].map(() => Uint32Array.from({ length: 60 }, next));
  const target = heap.allocate(4 * 40 * 4);
  const table = store(columns.map(store));
  for (const count of [1, 3]) {
    for (const [lines, stride] of [
      [1, 16],
      [1, 20],
      [2, 32],
    ] as const) {
      const length = 16 * lines;
      heap.words().fill(7, target / 4, target / 4 + 160);
      kernels.stageRows(table, table + 4 * count, 4 * 20, target, 4 * stride, 4 * length);
      const staged = columns
        .slice(0, count)
        .flatMap((column) => [...column.subarray(20, 20 + length), ...new Array<number>(stride - length).fill(7)]);
      assert.deepEqual(read(target, stride * count + 1), [...staged, 7]);
    }
  }
});

test("inverts batches of one vector and more", () => {
  for (const count of [4, 8, 1020]) {
    const next = elementSource(count);
    const elements = Array.from({ length: count }, () => next() || 1);
    const data = store(elements.map(toMontgomery));
    kernels.invertVectors(data, heap.allocate(4 * count), 4 * count);
    assert.deepEqual(
      read(data, count),
      elements.map((x) => toMontgomery(inv(x))),
    );
  }
});

test("tabulates powers with their companions", () => {
  const [start, ratio, count] = [P - 5, 0x1234567, 64];
  const seed = store([0, 1, 2, 3].map((i) => toMontgomery(mul(start, pow(ratio, i)))));
  const step = store(new Array<number>(4).fill(toMontgomery(pow(ratio, 4))));
  const [values, companions] = [heap.allocate(4 * count), heap.allocate(4 * count)];
  kernels.powers(values, companions, 4 * count, seed, step);
  const expected = Array.from({ length: count }, (_, i) => mul(start, pow(ratio, i)));
  assert.deepEqual(read(values, count), expected);
  assert.deepEqual(read(companions, count), expected.map(companionOf));
});

test("permutes keccak states as an independent implementation does", () => {
  const next = elementSource(5);
  const expected = [0, 1].map(() => Uint32Array.from({ length: 50 }, () => (next() * 2 + 1) >>> 0));
  const words = new Uint32Array(100);
  expected.forEach((state, lane) => {
    for (let word = 0; word < 25; word++) {
      words[4 * word + 2 * lane] = state[2 * word] ?? 0;
      words[4 * word + 2 * lane + 1] = state[2 * word + 1] ?? 0;
    }
    keccakP(state);
  });
  const address = store(words);
  kernels.permutePairKeccak(address, KECCAK_CONSTANTS_AT);
  const got = read(address, 100);
  expected.forEach((state, lane) => {
    for (let word = 0; word < 25; word++) {
      assert.deepEqual([got[4 * word + 2 * lane], got[4 * word + 2 * lane + 1]], [state[2 * word], state[2 * word + 1]]);
    }
  });
});

test("hashes nodes of every digest length, odd counts too, and writes not a byte more", () => {
  for (let digestBytes = 16; digestBytes <= 32; digestBytes++) {
    for (const count of [1, 2, 3, 5]) {
      const bytes = new Uint8Array(heap.memory.buffer);
      const source = heap.allocate(2 * digestBytes * count);
      const next = elementSource(digestBytes + count);
      for (let i = 0; i < 2 * digestBytes * count; i++) bytes[source + i] = next();
      const target = heap.allocate(digestBytes * count + 8);
      bytes.fill(0xee, target, target + digestBytes * count + 8);
      kernels.hashNodesKeccak(source, count, target, digestBytes, nodeShapeAt(digestBytes), digestBytes, KECCAK_CONSTANTS_AT);
      for (let i = 0; i < count; i++) {
        const pair = bytes.slice(source + 2 * digestBytes * i, source + 2 * digestBytes * (i + 1));
        const digest = bytes.slice(target + digestBytes * i, target + digestBytes * (i + 1));
        assert.deepEqual(digest, keccak_256(pair).slice(0, digestBytes));
      }
      assert.ok(bytes.slice(target + digestBytes * count, target + digestBytes * count + 8).every((byte) => byte === 0xee));
    }
  }
});

for (const [rowsAre, step] of [
  ["Adjacent", 4],
  ["Spaced", 12],
] as const)
  test(`hashes leaves of one to 150 elements, odd counts too, and writes not a byte more: ${rowsAre}`, () => {
    for (let width = 1; width <= 150; width++) {
      const [count, digestBytes] = [[1, 2, 3, 5][width % 4] ?? 1, 16 + (width % 17)];
      const next = elementSource(width);
      // The next even row is read together with the last odd one.
      const columns = Array.from({ length: width }, () => Uint32Array.from({ length: (step / 4) * (count + 1) }, next));
      const { groups, entries } = keccakMessage(columns.map(store), BASE31_GROUP);
      const message = store([...groups, ...entries]);
      const [entriesAt, entriesEnd] = [message + 4 * groups.length, message + 4 * (groups.length + entries.length)];
      const scratch = heap.allocate(messagePairBytes(width) + 8);
      const target = heap.allocate(digestBytes * count + 8);
      const bytes = new Uint8Array(heap.memory.buffer);
      bytes.fill(0xee, scratch, scratch + messagePairBytes(width) + 8);
      bytes.fill(0xee, target, target + digestBytes * count + 8);
      const output = [scratch, target, digestBytes, digestBytes, KECCAK_CONSTANTS_AT];
      kernels[`hash${rowsAre}RowsKeccak`](message, entriesAt, entriesAt, entriesEnd, 0, count, step, ...output);
      for (let row = 0; row < count; row++) {
        const leaf = columns.map((column) => column[(step / 4) * row] ?? 0);
        const expected = keccak_256(packElements(leaf, BASE31_GROUP)).slice(0, digestBytes);
        assert.deepEqual(bytes.slice(target + digestBytes * row, target + digestBytes * (row + 1)), expected, `${width}, ${row}`);
      }
      for (const end of [scratch + messagePairBytes(width), target + digestBytes * count]) {
        assert.ok(bytes.slice(end, end + 8).every((byte) => byte === 0xee));
      }
    }
  });
