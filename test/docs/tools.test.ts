import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { missingTests, testList, testsOf } from "./named-tests.ts";

const ROOT = new URL("../../", import.meta.url);
const TESTS = testList("tool-tests.json");

test("each line of the page of compatibility has a test, and each test a line", () => {
  const [expected = ""] = readFileSync(new URL("docs/compatibility.md", ROOT), "utf8").split("## What differs");
  const lines = [...expected.matchAll(/^- (.+)$/gm)].map(([, line = ""]) => line);
  assert.deepEqual(Object.keys(TESTS).sort(), lines.sort());
  for (const [line, files] of Object.entries(TESTS)) assert.ok(Object.values(files).flat().length > 0, line);
});

test("every test of the list is the title of one in the file that it names", () => {
  assert.deepEqual(missingTests(fileURLToPath(ROOT), testsOf(TESTS)), []);
});
