import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { changesSinceCompleteRun, cleanCommit, COMPLETE_RUN } from "../../scripts/changed-files.ts";
import { filesToRunAgain, readRedRun, recordGreenRun, recordRedRun } from "../../scripts/complete-run.ts";
import { ImportGraph, runTimeImports } from "../../scripts/run-time-imports.ts";
import { chooseFiles, FILE_TIMES } from "../../scripts/test-choice.ts";
import { changedNote, shardOf, testsOfChanges } from "../../scripts/test-selection.ts";

/** A checkout of git with files, all committed. */
function checkoutOf(context: TestContext, files: Readonly<Record<string, string>>) {
  const root = mkdtempSync(join(tmpdir(), "test-selection-"));
  context.after(() => rmSync(root, { recursive: true, force: true }));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const git = (...args: readonly string[]): string => {
    const identity = ["-c", "user.name=test", "-c", "user.email=test@localhost", "-c", "commit.gpgsign=false"];
    const { status, stdout, stderr } = spawnSync("git", [...identity, ...args], { cwd: root, encoding: "utf8" });
    assert.equal(status, 0, stderr);
    return stdout.trim();
  };
  const commit = (): string => {
    git("add", "--all");
    git("commit", "--quiet", "--message", "all");
    return git("rev-parse", "HEAD");
  };
  git("init", "--quiet");
  for (const [path, text] of Object.entries({ ".gitignore": "node_modules\n", ...files })) write(path, text);
  return { root, write, commit, head: commit() };
}

describe("the run-time imports of a file", () => {
  test("are static and dynamic ones and addresses of workers, without types", () => {
    const text = [
      'import { a } from "./a.ts";',
      'import type { B } from "./b.ts";',
      'export type { C } from "./c.ts";',
      'import {\n  d,\n  type D,\n} from "../d.ts";',
      'import "./e.ts";',
      'const f = await import("./f.ts");',
      'let g: import("./g.ts").G;',
      'new Worker(new URL("./h.ts", import.meta.url));',
      'new URL(import.meta.url.endsWith(".ts") ? "./i.ts" : "./i.js", import.meta.url);',
      "new URL(`./j.${extension}`, import.meta.url);",
      'import { k } from "k";',
      'export * from "./l.ts";',
    ].join("\n");
    const files = ["a", "e", "f", "h", "i", "j", "l"].map((name) => `src/x/${name}.ts`);
    assert.deepEqual(runTimeImports("src/x/x.ts", text).toSorted(), ["src/d.ts", ...files]);
  });
});

describe("the tests of changed code", () => {
  const graph = new ImportGraph(
    new Map([
      ["src/a.ts", ""],
      ["src/b.ts", 'import "./a.ts";'],
      ["test/near.test.ts", 'import "../src/a.ts";'],
      ["test/dear.test.ts", 'import "../src/a.ts";'],
      ["test/far.test.ts", 'import "../src/b.ts";'],
      ["test/other.test.ts", 'import type { A } from "../src/a.ts";'],
      ["test/contract.test.ts", 'deploy("SharedBridge")'],
      ["test/fixture.test.ts", 'new URL("../../fixtures/project/", import.meta.url)'],
    ]),
  );
  const all = ["near", "dear", "far", "other", "contract", "fixture"].map((name) => `test/${name}.test.ts`);
  const times = { "test/near.test.ts": 2, "test/dear.test.ts": 15, "test/far.test.ts": 10 };
  const chosenFor = (changed: readonly string[], budget?: number) =>
    testsOfChanges(changed, all, { graph, times, ...(budget !== undefined && { budget }) });

  test("are those that load it, the nearest and cheapest first, and no others", () => {
    const near = ["test/near.test.ts", "test/dear.test.ts", "test/far.test.ts"];
    assert.deepEqual(chosenFor(["src/a.ts"]), { chosen: near, leftOut: [] });
    assert.deepEqual(chosenFor(["src/b.ts"]), { chosen: ["test/far.test.ts"], leftOut: [] });
    assert.deepEqual(chosenFor(["test/other.test.ts"]), { chosen: ["test/other.test.ts"], leftOut: [] });
    assert.deepEqual(chosenFor(["docs/a.md"]), { chosen: [], leftOut: [] });
  });

  test("fit a budget; a test beyond it is left out by name, and a cheaper one behind it is not", () => {
    const { chosen, leftOut } = chosenFor(["src/a.ts"], 14);
    assert.deepEqual([chosen, leftOut], [["test/near.test.ts", "test/far.test.ts"], ["test/dear.test.ts"]]);
    const note = changedNote({ since: "0123456789abcdef", files: ["src/a.ts"] }, { chosen, leftOut });
    assert.match(note, /^tests of changed code: 2 files, because 1 files changed since 0123456789ab\n/);
    assert.match(note, /\nleft out beyond 30 CPU s: test\/dear\.test\.ts$/);
  });

  test("of a contract name it, and those of a fixture its folder", () => {
    assert.deepEqual(chosenFor(["contracts/l1/SharedBridge.sol"]).chosen, ["test/contract.test.ts"]);
    assert.deepEqual(chosenFor(["fixtures/project/a.json"]).chosen, ["test/fixture.test.ts"]);
  });
});

describe("the parts of a complete run", () => {
  test("have each file once, and nearly equal CPU seconds", () => {
    const files = Array.from({ length: 40 }, (_, index) => `test/${index}.test.ts`);
    const times = Object.fromEntries(files.map((file, index) => [file, 1 + ((index * 7) % 13)]));
    const parts = [1, 2, 3].map((part) => shardOf(files, { part, count: 3 }, times));
    assert.deepEqual(parts.flat().toSorted(), files.toSorted());
    const sums = parts.map((part) => part.reduce((sum, file) => sum + times[file]!, 0));
    assert.ok(Math.max(...sums) - Math.min(...sums) <= 13, `${sums}`);
  });

  test("are recorded when all of one commit are green, and name it", (context) => {
    const { root, write, head } = checkoutOf(context, { "test/a.test.ts": "" });
    const run = (part: number, commit: string | undefined) =>
      recordGreenRun(root, { commit, shard: { part, count: 2 }, times: { [`test/${part}.test.ts`]: 1.26 }, cpuSeconds: 3 });
    assert.equal(cleanCommit(root), head);
    assert.match(run(1, head), /^recorded part 1 of 2; 1 parts are green$/);
    assert.match(run(2, "another"), /1 parts are green/);
    assert.match(run(2, head), /^complete: 2 files; commit test\/last-complete-run\.json and test\/file-times\.json$/);
    const record: unknown = JSON.parse(readFileSync(join(root, COMPLETE_RUN), "utf8"));
    assert.deepEqual(record, { commit: head, files: 2, cpuSeconds: 6 });
    const times: unknown = JSON.parse(readFileSync(join(root, FILE_TIMES), "utf8"));
    assert.deepEqual(times, { "test/1.test.ts": 1.3, "test/2.test.ts": 1.3 });
    write("test/a.test.ts", "changed");
    assert.equal(cleanCommit(root), undefined);
    assert.match(run(1, cleanCommit(root)), /^not recorded as complete: the working tree has changes/);
  });

  test("complete a red run: files that failed, that are new, and that load what changed since, and no others", (context) => {
    const tests = ["a", "b", "c", "d"].map((name) => `test/${name}.test.ts`);
    const [a, b, c, d] = tests as [string, string, string, string];
    const load = 'import "../src/changed.ts";';
    const { root, write, commit, head } = checkoutOf(context, { "src/changed.ts": "", [a]: "", [b]: load, [c]: "" });
    assert.equal(readRedRun(root), undefined);
    const times = { [a]: 1, [b]: 1, [c]: 1 };
    assert.match(recordRedRun(root, { commit: head, failed: [a], times, cpuSeconds: 3 }), /-- --again runs the 1 files/);
    write("src/changed.ts", "// changed");
    write(d, "");
    const red = readRedRun(root);
    assert.ok(red !== undefined);
    assert.deepEqual(filesToRunAgain(root, red, tests, ImportGraph.read(root)), [a, b, d]);
    recordGreenRun(root, { ...red, commit: commit(), shard: { part: 1, count: 1 } });
    assert.equal(readRedRun(root), undefined, "a complete run ends it");
    const unknown = { ...red, commit: "0".repeat(40) };
    assert.throws(() => filesToRunAgain(root, unknown, tests, ImportGraph.read(root)), /git does not have commit 0+;/);
  });
});

describe("the files of npm test", () => {
  const FILES = {
    "src/flow.ts": "",
    "test/abi/a.test.ts": "",
    "test/flow/b.test.ts": 'import "../../src/flow.ts";',
    "test/flow/c.test.ts": "",
    [FILE_TIMES]: JSON.stringify({ "test/abi/a.test.ts": 1, "test/flow/b.test.ts": 2, "test/flow/c.test.ts": null }),
  };
  const ALL = ["test/abi/a.test.ts", "test/flow/b.test.ts", "test/flow/c.test.ts"];
  const chosenIn = (root: string, all = ALL) => chooseFiles(root, all, { named: [], set: "core" });

  test("are the core and tests of what changed since the last complete run, committed or not", (context) => {
    const { root, write, commit, head } = checkoutOf(context, FILES);
    write(COMPLETE_RUN, JSON.stringify({ commit: head, files: 3, cpuSeconds: 3 }));
    commit();
    assert.deepEqual(chosenIn(root).files, ["test/abi/a.test.ts"]);
    write("src/flow.ts", "// changed");
    assert.deepEqual(chosenIn(root).files, ["test/abi/a.test.ts", "test/flow/b.test.ts"]);
    commit();
    assert.deepEqual(chosenIn(root).files, ["test/abi/a.test.ts", "test/flow/b.test.ts"]);
    assert.match(chosenIn(root).notes.join("\n"), /left to npm run test:all: 1 test files/);
  });

  test("are the core alone if the record or its commit is missing, and the run says so", (context) => {
    const { root, write } = checkoutOf(context, FILES);
    write("src/flow.ts", "// changed");
    assert.deepEqual(chosenIn(root).files, ["test/abi/a.test.ts"]);
    assert.match(
      chosenIn(root).notes[0] ?? "",
      /changes are unknown: test\/last-complete-run\.json does not exist; npm run test:all/,
    );
    write(COMPLETE_RUN, JSON.stringify({ commit: "0".repeat(40), files: 3, cpuSeconds: 3 }));
    assert.match(chosenIn(root).notes[0] ?? "", /git does not have commit 0{40}; fetch the history/);
    assert.deepEqual("unknown" in changesSinceCompleteRun(root), true);
  });

  test("have a new file of any folder until a complete run has measured it", (context) => {
    const { root } = checkoutOf(context, FILES);
    const files = [...ALL, "test/flow/new.test.ts"];
    assert.deepEqual(chosenIn(root, files).files, ["test/abi/a.test.ts", "test/flow/new.test.ts"]);
    assert.deepEqual(chooseFiles(root, files, { named: [], set: "all" }).files.length, 4);
  });
});
