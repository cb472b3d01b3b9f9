import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const ROOT = new URL("../../", import.meta.url);
const read = (page: string): string => readFileSync(new URL(page, ROOT), "utf8");

test("README.md has at most 120 lines, the quick start first", () => {
  assert.ok(read("README.md").trimEnd().split("\n").length <= 120);
  assert.match(/^## .*$/m.exec(read("README.md"))?.[0] ?? "", /Quick start/);
});
