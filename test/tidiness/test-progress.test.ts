import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { RunProgress } from "../../scripts/test-progress.ts";
import { tierOf } from "../../scripts/test-tiers.ts";

/** File that ends when the end of the file after it has been reported. */
const SLOW = `import { existsSync, watch } from "node:fs";
import { once } from "node:events";
import { test } from "node:test";
test("waits", async () => {
  const watcher = watch(".");
  while (!existsSync("told")) await once(watcher, "change");
  watcher.close();
});
`;
const QUICK = `import { spawnSync } from "node:child_process";
import { test } from "node:test";
const BUSY = "while (process.cpuUsage().user < 600_000);";
test("fails", () => {
  while (process.cpuUsage().user < 600_000);
  spawnSync(process.execPath, ["-e", BUSY]);
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
const options = { root: process.cwd(), concurrency: 2, limitOf: () => 600_000 };
const { failed, isGood, files } = await runFiles([["test/abi/slow.test.js"], ["test/abi/quick.test.js"]], options);
console.log();
const quick = files.find(({ file }) => file.includes("quick"));
console.log(JSON.stringify({ failed, isGood, files: files.length, cpuSeconds: quick.cpuSeconds }));
`;

describe("the progress of a test run", () => {
  test("says what a file took, and how many of its tier and of all are left", () => {
    let now = 5_000;
    const progress = new RunProgress(["test/abi/a.test.ts", "test/abi/b.test.ts", "test/flow/c.test.ts"], () => now);
    progress.begin("test/abi/a.test.ts");
    now += 72_400;
    const line = progress.end("test/abi/a.test.ts", 31.26);
    assert.equal(line, "1:12  test/abi/a.test.ts: 72.4 s, 31.3 CPU s; left: 1 files of tier unit, 2 of all");
  });

  test("shares the clock among the tiers of the files that run", () => {
    let now = 0;
    const files = ["test/abi/a.test.ts", "test/flow/b.test.ts", "test/flow/c.test.ts"] as const;
    const progress = new RunProgress(files, () => now);
    for (const file of files) progress.begin(file);
    now = 3_000;
    progress.end("test/flow/b.test.ts", 4);
    now = 7_000;
    progress.end("test/abi/a.test.ts", 0.5);
    now = 8_000;
    progress.end("test/flow/c.test.ts", 1);
    const { tiers, files: ended } = progress.times();
    // By hand: 3 s of three files, 4 s of two, 1 s of one.
    assert.deepEqual(tiers, [
      { tier: tierOf("test/abi/a.test.ts"), seconds: 1 + 2, cpuSeconds: 0.5 },
      { tier: tierOf("test/flow/b.test.ts"), seconds: 2 + 2 + 1, cpuSeconds: 4 + 1 },
    ]);
    assert.deepEqual(
      ended.map(({ seconds }) => seconds),
      [3, 7, 8],
    );
  });

  test("is reported when a file ends, though one before it still runs; files that fail are named", (context) => {
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
    const { cpuSeconds, ...result } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as { cpuSeconds: number };
    // Its own 0.6 s and, on Linux, those of the process that it started.
    assert.ok(cpuSeconds >= (process.platform === "linux" ? 1.15 : 0.6) && cpuSeconds < 60, `${cpuSeconds}`);
    assert.deepEqual(result, { failed: ["test/abi/quick.test.js"], isGood: false, files: 2 }, stdout + stderr);
    assert.match(stderr, /quick\.test\.js: .*left: 1 files of tier unit, 1 of all\n.*slow\.test\.js: .*left: 0 files/);
  });
});
