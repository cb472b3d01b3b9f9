import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { openNumberedBytes } from "../../src/ledger/numbered-bytes.ts";

describe("bytes by number", () => {
  const folder = mkdtempSync(join(tmpdir(), "numbered-"));
  after(() => rmSync(folder, { recursive: true }));

  test("keep those of the highest numbers that have some, and all texts", () => {
    const kept = openNumberedBytes();
    for (const number of [1n, 2n, 4n, 5n]) kept.set(number, `note ${number}`, Uint8Array.of(Number(number)));
    kept.set(3n, "note 3", undefined);
    kept.set(6n, "note 6", undefined);
    kept.keepHighest(4);
    assert.deepEqual(kept.bytes(1n), Uint8Array.of(1));
    kept.keepHighest(2);
    assert.deepEqual(
      [1n, 2n, 3n].map((number) => kept.bytes(number)),
      [undefined, undefined, undefined],
    );
    assert.deepEqual([kept.bytes(4n), kept.bytes(5n)], [Uint8Array.of(4), Uint8Array.of(5)]);
    assert.deepEqual([...kept.notes().keys()], [1n, 2n, 3n, 4n, 5n, 6n]);
    kept.close();
  });

  test("take no more room than those that are kept", () => {
    const path = join(folder, "proofs");
    const kept = openNumberedBytes(path);
    const bytes = new Uint8Array(1_000_000);
    for (let number = 0n; number < 20n; number++) {
      kept.set(number, "", bytes);
      kept.keepHighest(2);
    }
    kept.close();
    // The third is written before the first goes.
    assert.ok(statSync(path).size < 4 * bytes.length);
  });
});
