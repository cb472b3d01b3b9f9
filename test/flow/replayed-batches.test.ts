import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { depthsOf } from "./support/replay/depths.ts";
import { differences, type ReplayedBatch } from "./support/replay/outcomes.ts";
import { REPLAYED_FILES } from "./support/replay/replayed-files.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const FILE = "test/flow/some.test.ts";
const batch = (number: number, outcome: Partial<ReplayedBatch>): ReplayedBatch => ({
  ...{ file: FILE, chain: 271, batch: number, commitment: "0x1234", outcome: "proven", version: 3 },
  ...{ steps: 1, messages: 0, operations: 0, imports: 0, cheats: 0, codes: 0, cpuSeconds: 1 },
  ...outcome,
});

describe("the results of a replay of the flow suite", () => {
  const proven = batch(0, {});
  const unproven = batch(1, { outcome: "unproven", reason: "too-large", detail: "row 7" });

  test("has a line for each label, with its reason, and none for other batches", () => {
    const problem = `${FILE}: batch 1 of chain 271 has no proof (too-large): row 7`;
    assert.deepEqual(differences(FILE, [proven, batch(1, { outcome: "followed" })]), []);
    assert.deepEqual(differences(FILE, [proven, unproven, unproven]), [problem, problem]);
  });

  test("has as many batches shown to L1 as asked for, of those that can be; then others proven, and then others checked", () => {
    // Every third can be shown.
    const batches = Array.from({ length: 9 }, (_, i) => i);
    const depths = (onL1: number, proofs: number, checks: number): string =>
      depthsOf(batches, { onL1, proofs, checks }, (i) => i % 3 === 2)
        .map(([first]) => first)
        .join("");
    assert.equal(depths(2, 0, 0), "ffsffsfff");
    assert.equal(depths(2, 3, 1), "ppspcsfff");
    assert.equal(depths(Infinity, 1, Infinity), "pcsccsccs");
    assert.equal(depths(0, Infinity, 5), "ppppppppp");
    assert.equal(depths(5, 0, 0), "ffsffsffs");
  });

  test("is listed for files that there are", () => {
    assert.deepEqual(
      [...REPLAYED_FILES].filter((file) => !existsSync(join(ROOT, file))),
      [],
    );
  });
});
