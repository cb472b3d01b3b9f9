import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { RunProgress } from "../../scripts/test-progress.ts";
import { tierOf } from "../../scripts/test-tiers.ts";

/** Ends when the end of the file after it has been told. */
const SLOW = `import { existsSync, watch } from "node:fs";
import { once } from "node:events";
import { test } from "node:test";
test("waits", async () => {
  const watcher = watch(".");
  while (!existsSync("told")) await once(watcher, "change");
  watcher.close();
});
`;
const QUICK = `import { test } from "node:test";
test("fails", () => {
  throw new Error("planted");
});
`;
const RUN = `import { writeFileSync } from "node:fs";
const { runFiles } = await import(process.argv[2]);
const say = console.error;
console.error = (line) => {
  say(line);
  if (line.includes("quick.test.js")) writeFileSync("told", "");
};
const options = { root: process.cwd(), concurrency: 2, limitMs: 60_000 };
const { failed, isGood, files } = await runFiles(["test/abi/slow.test.js", "test/abi/quick.test.js"], options);
console.log();
console.log(JSON.stringify({ failed, isGood, files: files.length }));
`;

describe("the progress of a test run", () => {
  test("says what a file took, and how many of its tier and of all are left", () => {
    let now = 5_000;
    const progress = new RunProgress(["test/abi/a.test.ts", "test/abi/b.test.ts", "test/flow/c.test.ts"], () => now);
    progress.begin("test/abi/a.test.ts");
    now += 72_400;
    const line = progress.end("test/abi/a.test.ts");
    assert.equal(line, "1:12  test/abi/a.test.ts: 72.4 s; left: 1 files of tier unit, 2 of all");
  });

  test("shares the clock among the tiers of the files that run", () => {
    let now = 0;
    const files = ["test/abi/a.test.ts", "test/flow/b.test.ts", "test/flow/c.test.ts"] as const;
    const progress = new RunProgress(files, () => now);
    for (const file of files) progress.begin(file);
    now = 3_000;
    progress.end("test/flow/b.test.ts");
    now = 7_000;
    progress.end("test/abi/a.test.ts");
    now = 8_000;
    progress.end("test/flow/c.test.ts");
    const { tiers, files: ended } = progress.times();
    // By hand: 3 s of three files, 4 s of two, 1 s of one.
    assert.deepEqual(tiers, [
      [tierOf("test/abi/a.test.ts"), 1 + 2],
      [tierOf("test/flow/b.test.ts"), 2 + 2 + 1],
    ]);
    assert.deepEqual(
      ended.map(({ seconds }) => seconds),
      [3, 7, 8],
    );
  });

  test("is told when a file ends, though one before it still runs; files that fail are named", (context) => {
    const folder = mkdtempSync(join(tmpdir(), "test-run-"));
    context.after(() => rmSync(folder, { recursive: true, force: true }));
    mkdirSync(join(folder, "test/support"), { recursive: true });
    mkdirSync(join(folder, "test/abi"));
    writeFileSync(join(folder, "test/support/leak-guard.ts"), "");
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    writeFileSync(join(folder, "test/abi/slow.test.js"), SLOW);
    writeFileSync(join(folder, "test/abi/quick.test.js"), QUICK);
    writeFileSync(join(folder, "run.js"), RUN);
    // A test run inside a test would be skipped.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const modules = ["../../scripts/test-files.ts"].map((file) => new URL(file, import.meta.url).href);
    const { stdout, stderr } = spawnSync(process.execPath, ["run.js", ...modules], { cwd: folder, env, encoding: "utf8" });
    const result = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as object;
    assert.deepEqual(result, { failed: ["test/abi/quick.test.js"], isGood: false, files: 2 }, stdout + stderr);
    assert.match(stderr, /quick\.test\.js: .*left: 1 files of tier unit, 1 of all\n.*slow\.test\.js: .*left: 0 files/);
  });
});
