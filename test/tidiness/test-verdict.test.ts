import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { nightlySummary } from "../../scripts/nightly-summary.ts";
import { verdictOf } from "../../scripts/test-verdict.ts";

const FILES = ["test/a.test.ts", "test/b.test.ts"] as const;
const [A, B] = FILES;
const good = { isGood: true, failed: [] };

describe("the end of a test run", () => {
  test("a file that failed and then passed alone is unsteady: it fails a strict run, and no other", () => {
    const first = { isGood: true, failed: [A] };
    assert.deepEqual(verdictOf(first, good, false), { hasPassed: true, failed: [], unsteady: [A] });
    assert.deepEqual(verdictOf(first, good, true), { hasPassed: false, failed: [], unsteady: [A] });
  });

  test("a file that failed twice, or was not run again, fails any run; a run that broke off has not passed", () => {
    for (const isStrict of [false, true]) {
      const again = { isGood: false, failed: [B] };
      assert.deepEqual(verdictOf({ isGood: true, failed: FILES }, again, isStrict), {
        hasPassed: false,
        failed: [B],
        unsteady: [A],
      });
      assert.deepEqual(verdictOf({ isGood: true, failed: [A] }, undefined, isStrict), {
        hasPassed: false,
        failed: [A],
        unsteady: [],
      });
      assert.equal(verdictOf({ isGood: false, failed: [] }, undefined, isStrict).hasPassed, false);
      assert.equal(verdictOf(good, undefined, isStrict).hasPassed, true);
    }
  });

  test("the nightly runs are reported in a line each, with figures, and one for all that names the failures", () => {
    const ends = [
      { name: "simulation", isGood: true, seconds: 90, cpuSeconds: 100.4, figures: "1000 steps in 10 parts" },
      {
        name: "tests",
        isGood: false,
        seconds: 30,
        cpuSeconds: 20,
        figures: "3 files, 0 failed, 1 unsteady: test/a.test.ts (unsteady)",
      },
    ];
    assert.deepEqual(nightlySummary(ends).split("\n"), [
      "simulation  good      1.5 min,    100 CPU s  1000 steps in 10 parts",
      "tests       WRONG     0.5 min,     20 CPU s  3 files, 0 failed, 1 unsteady: test/a.test.ts (unsteady)",
      "all         WRONG     2.0 min,    120 CPU s  tests",
    ]);
    assert.match(nightlySummary(ends.slice(0, 1)).split("\n")[1]!, /^all {9}good +1\.5 min, +100 CPU s$/);
  });
});
