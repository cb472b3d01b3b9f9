import assert from "node:assert/strict";
import { test } from "node:test";

import { P } from "../../src/proofs/field/koala-bear.ts";
import { packedLength, packElements, unpackElements } from "../../src/proofs/kernels/leaf-encoding.ts";

/** Σ eᵢ·2^31i of each group, written by BigInt arithmetic. */
function packByDefinition(elements: readonly number[], groupSize: number): string {
  let hex = "";
  for (let first = 0; first < elements.length; first += groupSize) {
    const group = elements.slice(first, first + groupSize);
    const integer = group.reduce((sum, e, i) => sum + (BigInt(e) << BigInt(31 * i)), 0n);
    hex += integer.toString(16).padStart(2 * Math.ceil((31 * group.length) / 8), "0");
  }
  return hex;
}

const sample = (count: number): number[] =>
  Array.from({ length: count }, (_, i) => [0, 1, P - 1, 2 ** 31 - 1, 0x12345678][i % 5] ?? 0);

for (const groupSize of [4, 5, 6, 8]) {
  test(`packs groups of ${groupSize} as the definition says and unpacks them again`, () => {
    for (let count = 0; count <= 20; count++) {
      const elements = sample(count);
      const bytes = packElements(elements, groupSize);
      assert.equal(Buffer.from(bytes).toString("hex"), packByDefinition(elements, groupSize));
      assert.equal(bytes.length, packedLength(count, groupSize));
      assert.deepEqual(unpackElements(bytes, count, groupSize), elements);
    }
  });
}

test("writes eight elements in 31 bytes and a quintic element in 20", () => {
  assert.equal(packedLength(8, 8), 31);
  assert.equal(packedLength(9, 8), 35);
  assert.equal(packedLength(5, 5), 20);
  assert.equal(Buffer.from(packElements([1, 0, 0, 0, 0], 5)).toString("hex"), `${"00".repeat(19)}01`);
});

test("refuses padding bits that are set and lengths that do not fit", () => {
  const bytes = packElements([1, 2, 3, 4, 5], 5);
  assert.equal(unpackElements(bytes.subarray(1), 5, 5), undefined);
  for (const bit of [0x80, 0x40, 0x20, 0x10, 0x08]) {
    const tampered = bytes.slice();
    tampered[0] = (tampered[0] ?? 0) | bit;
    assert.equal(unpackElements(tampered, 5, 5), undefined);
  }
});
