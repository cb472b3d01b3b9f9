import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  checkChanges,
  DiffListError,
  keyBlock,
  outputsEntry,
  setsCode,
  updateHead,
  type DiffEntry,
  type DiffListErrorCode,
  type InsertionEntry,
  type UpdateEntry,
} from "../../src/ground/protocol/diff-list.ts";

const update = (index: number, value = 1n): UpdateEntry => ({ type: "update", index, isCode: false, value });
const insertion: InsertionEntry = { type: "insertion", leafKind: 0, address: 1n, slot: 2n, value: 3n };

describe("canonical limbs", () => {
  test("an update's head is tag, index in two limbs, five zeros", () => {
    assert.deepEqual(updateHead(update(0x12345)), [1, 0x2345, 0x1, 0, 0, 0, 0, 0]);
    assert.equal(updateHead({ ...update(2), isCode: true })[0], 2);
  });

  test("an insertion's key block is tag, kind, address, slot, four zeros", () => {
    assert.deepEqual(keyBlock(0, (7n << 144n) | 5n, 9n), [
      ...[3, 0],
      ...[5, 0, 0, 0, 0, 0, 0, 0, 0, 7],
      ...[9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
      ...[0, 0, 0, 0],
    ]);
  });

  test("the outputs entry is a plain update of leaf 1", () => {
    assert.deepEqual(outputsEntry(5n), { type: "update", index: 1, isCode: false, value: 5n });
  });
});

test("code is set by code updates and insertions of a value that is not zero", () => {
  assert.equal(setsCode({ type: "update", index: 2, isCode: true, value: 1n }), true);
  assert.equal(setsCode({ type: "update", index: 2, isCode: true, value: 0n }), false);
  assert.equal(setsCode(update(2)), false);
  assert.equal(setsCode({ type: "insertion", leafKind: 2, address: 1n, slot: 0n, value: 1n }), true);
  assert.equal(setsCode(insertion), false);
});

describe("canonical changes", () => {
  const rejected = (changes: readonly DiffEntry[], code: DiffListErrorCode, position: number, oldLeafCount = 10): void => {
    assert.throws(
      () => {
        checkChanges(changes, oldLeafCount);
      },
      (error: unknown) => error instanceof DiffListError && error.code === code && error.position === position,
    );
  };

  test("accepts updates ascending from 2 to the last leaf, then insertions", () => {
    checkChanges([], 2);
    checkChanges([update(2), update(3, 0n), update(9), insertion], 10);
    checkChanges([insertion], 2 ** 29 - 1);
  });

  test("refuses each departure by name", () => {
    rejected([update(1)], "IndexNotAscending", 0);
    rejected([update(3), update(3)], "IndexNotAscending", 1);
    rejected([update(4), update(3)], "IndexNotAscending", 1);
    rejected([update(2.5)], "IndexNotAscending", 0);
    rejected([update(10)], "IndexBeyondLeafCount", 0);
    rejected([insertion, update(2)], "UpdateAfterInsertion", 1);
    rejected([update(2, 1n << 256n)], "WordOutOfRange", 0);
    rejected([{ ...insertion, value: 0n }], "ZeroInsertion", 0);
    rejected([{ ...insertion, slot: -1n }], "WordOutOfRange", 0);
    rejected([{ ...insertion, address: 1n << 160n }], "AddressOutOfRange", 0);
    rejected([{ ...insertion, leafKind: 1 }], "SlotNotZero", 0);
    rejected([{ ...insertion, leafKind: 4 as 3 }], "KindOutOfRange", 0);
    rejected([insertion], "LeafCountBeyondLimit", 1, 2 ** 29);
  });
});
