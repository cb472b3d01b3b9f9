import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../../docs/decisions/", import.meta.url));
const ROW = /^\| (\d+) \| \[.+\]\((\d{4}-[\w-]+\.md)\) \| (.+) \|$/;
const STANDING = /^(?:stands|(superseded|in part replaced) by (?:\[\d+\]\(\d{4}-[\w-]+\.md\)(?:, )?)+)$/;
const rows = readFileSync(`${FOLDER}README.md`, "utf8")
  .split("\n")
  .flatMap((line) => {
    const [, number, file = "", standing = ""] = ROW.exec(line) ?? [];
    return number === undefined ? [] : [{ number: Number(number), file, standing }];
  });

test("the index of decisions has each page once, under its number", () => {
  assert.deepEqual(rows.map(({ file }) => file).sort(), globSync("0*.md", { cwd: FOLDER }).sort());
  for (const { number, file } of rows) assert.equal(number, Number(file.slice(0, 4)));
});

test("a decision stands, or its page names the later one that replaces it", () => {
  for (const { file, standing } of rows) {
    assert.match(standing, STANDING, file);
    const page = readFileSync(FOLDER + file, "utf8");
    for (const [, later = ""] of standing.matchAll(/\[(\d+)\]/g))
      assert.match(page, new RegExp(`(?:uperseded|eplaced)[^\n]*decision ${later}\\b`), file);
  }
});
