import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { openNumberedBytes } from "../../src/chain/ledger/numbered-bytes.ts";

describe("bytes by number", () => {
  test("are forgotten from a number on, with their texts", () => {
    const kept = openNumberedBytes();
    for (const number of [1n, 2n, 4n]) kept.set(number, `note ${number}`, Uint8Array.of(Number(number)));
    kept.set(3n, "note 3", undefined);
    kept.deleteFrom(3n);
    assert.deepEqual(
      [...kept.notes()],
      [
        [1n, "note 1"],
        [2n, "note 2"],
      ],
    );
    assert.deepEqual([kept.bytes(2n), kept.bytes(4n)], [Uint8Array.of(2), undefined]);
    kept.close();
  });
});
