import assert from "node:assert/strict";
import { test } from "node:test";
import { createExtension } from "../../src/proofs/field/extension.ts";
import { outputsEntry, type DiffEntry } from "../../src/ground/protocol/diff-list.ts";
import { entryCoefficients, evaluateDiffList, OFF_CHAIN_POINT } from "../../src/ground/protocol/evaluation.ts";
import { createRandomness, randomChanges, randomPoint } from "./random-batches.ts";

const random = createRandomness(11);

const address = 0x0a09_0008_0007_0006_0005_0004_0003_0002_0001_0000n;
// Limb i of the slot is 0x20 + i, limb i of the value 0x40 + i.
const numbered = (first: number): bigint =>
  Array.from({ length: 16 }, (_, i) => BigInt(first + i) << BigInt(16 * i)).reduce((sum, limb) => sum + limb, 0n);

test("an update is two blocks of three coefficients: its name in the second half of the first, then the value", () => {
  const entry: DiffEntry = { type: "update", index: 0x5_0007, isCode: true, value: numbered(0x40) };
  assert.deepEqual(entryCoefficients(entry), [
    [0, 0, 0, 0, 0],
    [0, 0, 0, 0, 0],
    [2, 7, 5, 0, 0x40],
    [0x41, 0x44, 0x47, 0x4a, 0x4d],
    [0x42, 0x45, 0x48, 0x4b, 0x4e],
    [0x43, 0x46, 0x49, 0x4c, 0x4f],
  ]);
});

test("an insertion is three blocks: tag and kind with address and slot, the rest of the slot, the value", () => {
  const entry: DiffEntry = { type: "insertion", leafKind: 2, address, slot: numbered(0x20), value: numbered(0x40) };
  assert.deepEqual(entryCoefficients(entry), [
    [5, 2, 5, 8, 0x21],
    [0, 3, 6, 0xa09, 0x22],
    [1, 4, 7, 0x20, 0x23],
    [0x24, 0x27, 0x2a, 0x2d, 0],
    [0x25, 0x28, 0x2b, 0x2e, 0],
    [0x26, 0x29, 0x2c, 0x2f, 0x40],
    [0x41, 0x44, 0x47, 0x4a, 0x4d],
    [0x42, 0x45, 0x48, 0x4b, 0x4e],
    [0x43, 0x46, 0x49, 0x4c, 0x4f],
  ]);
});

test("is the polynomial of the coefficients: power by power in an independent extension field", () => {
  const field = createExtension(5);
  for (let i = 0; i < 5; i++) {
    const entries = [...randomChanges(random, i, 5 - i, 1000), outputsEntry(random.below(1n << 256n))];
    const point = randomPoint(random);
    // The entry count has power 0; the last coefficient of the list has power 1.
    const coefficients = [[entries.length, 0, 0, 0, 0], ...entries.flatMap(entryCoefficients).reverse()];
    let power = field.one;
    let sum = field.zero;
    for (const coefficient of coefficients) {
      sum = field.add(sum, field.mul(power, coefficient));
      power = field.mul(power, point);
    }
    assert.deepEqual(evaluateDiffList(entries, point), sum);
  }
});

test("at a point of the base field each coordinate is ordinary arithmetic modulo p", () => {
  const p = 2130706433n;
  // Coordinate 0 of the outputs entry's coefficients, whose value has limbs 5, 6, 7, 8, then the entry count.
  const coordinate = [0n, 0n, 1n, 6n, 7n, 8n, 1n];
  const expected = coordinate.reduce((sum, c) => (sum * 1000n + c) % p, 0n);
  const [y0, y1] = evaluateDiffList([outputsEntry(0x8_0007_0006_0005n)], [1000, 0, 0, 0, 0]);
  assert.equal(y0, Number(expected));
  // Coordinate 1 has the index's low limb, which is 1, four coefficients above the count.
  assert.equal(y1, Number(1000n ** 4n % p));
});

test("at the off-chain point it is the entry count", () => {
  const entries = [...randomChanges(random, 3, 4, 1000), outputsEntry(1n)];
  assert.deepEqual(evaluateDiffList(entries, OFF_CHAIN_POINT), [8, 0, 0, 0, 0]);
});
