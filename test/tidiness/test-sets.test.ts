import assert from "node:assert/strict";
import { existsSync, globSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { ImportGraph } from "../../scripts/run-time-imports.ts";
import { readFileTimes } from "../../scripts/test-choice.ts";
import { BEYOND_CORE, CORE_FILES, CORE_FOLDERS, DEAR_IN_CORE, LONG, setOf } from "../../scripts/test-sets.ts";
import { TEST_TIERS } from "../../scripts/test-tiers.ts";
import { ROWS } from "../rows.ts";
import { ROOMS } from "./rooms.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const all = globSync("test/**/*.test.ts", { cwd: root }).map((file) => file.replaceAll("\\", "/"));
const core = all.filter((file) => setOf(file, true) === "core");
const folderOf = (file: string): string => file.split("/")[1] ?? "";
/** CPU seconds that a file of the core may take without a reason: ten, and half as much again on a busy machine. */
const MAX_CPU_SECONDS = 15;
/** CPU seconds of the core's files together, as measured on a busy machine. */
const MAX_CORE_CPU_SECONDS = 967;

describe("the sets of test files", () => {
  test("name files and folders that exist, each once", () => {
    const named = [...BEYOND_CORE, ...CORE_FILES, ...LONG];
    assert.deepEqual(
      named.filter((file) => !existsSync(join(root, file))),
      [],
    );
    assert.equal(new Set(named).size, named.length);
    const folders = TEST_TIERS.flatMap((tier) => tier.folders);
    assert.deepEqual(
      CORE_FOLDERS.filter((folder) => !folders.includes(folder)),
      [],
    );
  });

  test("name no file where its folder decides the same", () => {
    const rows = new Set(Object.values(ROWS).flatMap(({ tests }) => tests));
    assert.deepEqual(
      BEYOND_CORE.filter((file) => !CORE_FOLDERS.includes(folderOf(file)) || rows.has(file)),
      [],
    );
    assert.deepEqual(
      CORE_FILES.filter((file) => CORE_FOLDERS.includes(folderOf(file)) || rows.has(file)),
      [],
    );
  });

  test("put a file in the core, in test:all or in nightly; a new one is in the core", () => {
    assert.equal(setOf("test/abi/abi.test.ts", true), "core");
    assert.equal(setOf("test/flow/hyperbridge.test.ts", true), "core");
    assert.equal(setOf("test/flow/goes-on.test.ts", true), "all");
    assert.equal(setOf("test/flow/sixteen-together.test.ts", true), "long");
    assert.equal(setOf("test/flow/sixteen-together.test.ts", false), "long");
    assert.equal(setOf("test/flow/never-measured.test.ts", false), "core");
  });

  test("give the core at least one file of each room of src that loads a file of the room directly", () => {
    const graph = ImportGraph.read(root);
    const names = Object.keys(ROOMS).sort((a, b) => b.length - a.length);
    const roomOf = (path: string): string =>
      names.find((name) => (name.endsWith("/") ? path.startsWith(name) : path === name)) ?? path;
    const rooms = new Map<string, string[]>();
    for (const path of globSync("src/**/*.ts", { cwd: root }).map((file) => file.replaceAll("\\", "/")))
      rooms.set(roomOf(path), [...(rooms.get(roomOf(path)) ?? []), path]);
    const isTested = (files: readonly string[]): boolean => {
      const distances = graph.distancesFrom(files);
      return core.some((file) => (distances.get(file) ?? Infinity) <= 2);
    };
    // Types alone.
    const WITHOUT = ["src/types.ts", "src/type-extensions.ts"];
    const untested = [...rooms].filter(([room, files]) => !WITHOUT.includes(room) && !isTested(files)).map(([room]) => room);
    assert.deepEqual(untested, []);
  });

  test("keep the core cheap: a file beyond ten CPU seconds has a reason, and all have a limit", () => {
    const times = readFileTimes(root);
    const dear = core.filter((file) => (times[file] ?? 0) > MAX_CPU_SECONDS);
    assert.deepEqual(
      dear.filter((file) => !DEAR_IN_CORE.has(file)),
      [],
    );
    assert.deepEqual(
      [...DEAR_IN_CORE.keys()].filter((file) => !core.includes(file)),
      [],
    );
    const sum = core.reduce((seconds, file) => seconds + (times[file] ?? 0), 0);
    assert.ok(sum <= MAX_CORE_CPU_SECONDS, `${sum.toFixed(0)} CPU s`);
  });
});

/** Ids of the rows of the feature list, which is not a part of this repository, in its order. */
const PARTS = { A: 7, B: 10, C: 14, D: 9, E: 6, F: 7, G: 6, H: 6, I: 13 };
const IDS = Object.entries(PARTS).flatMap(([part, count]) => Array.from({ length: count }, (_, index) => `${part}${index + 1}`));

describe("the rows of the feature list", () => {
  test("are all there, in order, each with a name", () => {
    assert.deepEqual(Object.keys(ROWS), IDS);
    for (const [id, { feature }] of Object.entries(ROWS)) assert.ok(feature.length > 3, id);
  });

  test("have one to three test files that npm test runs", () => {
    for (const [id, { tests }] of Object.entries(ROWS)) {
      assert.ok(tests.length >= 1 && tests.length <= 3 && new Set(tests).size === tests.length, id);
      for (const file of tests) {
        assert.ok(all.includes(file), `${id}: ${file} does not exist`);
        assert.equal(setOf(file, true), "core", `${id}: ${file} is not in npm test`);
      }
    }
  });
});
