import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { missingTests, namedTests } from "./named-tests.ts";

const ROOT = new URL("../../", import.meta.url);
const rows = [...readFileSync(new URL("test/bridges/README.md", ROOT), "utf8").matchAll(/^\| (\d+) \|.*$/gm)];

test("each attack on bridges of others has tests, which are titles in the files that the list names", () => {
  assert.deepEqual(
    rows.map(([, number]) => Number(number)),
    Array.from({ length: 18 }, (_, i) => i + 1),
  );
  for (const [row] of rows) assert.ok(namedTests(row).length > 0, row);
  const named = rows.flatMap(([row]) => namedTests(row));
  assert.deepEqual(missingTests(fileURLToPath(ROOT), named), []);
});
