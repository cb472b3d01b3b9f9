import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, globSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { inOrder, LONGEST, TEST_TIERS, tierOf, timesReport } from "../../scripts/test-tiers.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

describe("the tiers of the test run", () => {
  test("have every test file, and budgets that leave a third of 1,080 CPU seconds to checks", () => {
    for (const file of globSync("test/**/*.test.ts", { cwd: root })) assert.ok(tierOf(file).folders.length > 0);
    assert.throws(() => tierOf("test/elsewhere/x.test.ts"), /test\/elsewhere is in no tier/);
    assert.ok(TEST_TIERS.reduce((sum, { budgetCpuSeconds }) => sum + budgetCpuSeconds, 0) <= 720);
  });

  test("are reported next to their budgets, with the ten slowest files", () => {
    const files = Array.from({ length: 12 }, (_, i) => ({ file: `test/${i}.test.ts`, seconds: i, cpuSeconds: 2 * i }));
    const [unit, contracts] = TEST_TIERS;
    const report = timesReport(
      [
        { tier: unit!, seconds: 12.4, cpuSeconds: 20.6 },
        { tier: contracts!, seconds: 211, cpuSeconds: contracts!.budgetCpuSeconds + 1 },
      ],
      [...files, { file: "test/killed.test.ts", seconds: 10.5 }],
    ).split("\n");
    assert.match(report[0]!, /^unit +12 s, +21 CPU s of +\d+$/);
    assert.match(report[1]!, /^contracts +211 s, +\d+ CPU s of +\d+ {2}over the core's budget$/);
    assert.deepEqual(
      report.slice(3).map((line) => line.trim().split(" ").at(-1)),
      [11, "killed", 10, 9, 8, 7, 6, 5, 4, 3].map((name) => `test/${name}.test.ts`),
    );
    assert.match(report[3]!, /^ +11\.0 s, +22\.0 CPU s {2}test/);
    assert.match(report[4]!, /^ +10\.5 s, +\? CPU s {2}test/);
  });

  test("the files that take longest exist, and begin first", () => {
    assert.deepEqual(
      LONGEST.filter((file) => !existsSync(join(root, file))),
      [],
    );
    const [longest, next] = LONGEST as [string, string];
    assert.deepEqual(inOrder(["test/a.test.ts", next, "test/b.test.ts", longest]), [
      longest,
      next,
      "test/a.test.ts",
      "test/b.test.ts",
    ]);
  });

  test("an unknown one is refused with the names that there are", () => {
    const { status, stderr } = spawnSync(process.execPath, [join(root, "scripts/test.ts"), "--tier", "quick"], {
      encoding: "utf8",
    });
    assert.equal(status, 1);
    assert.match(stderr, /no tier is called 'quick'; there are: unit, contracts, soundness, flow, package, browser, suites/);
  });
});
