import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const FOLDER = `${ROOT}docs/decisions/`;
const INDEX = readFileSync(`${FOLDER}README.md`, "utf8").split("\n");
const ROW = /^\| (\d+) \| \[.+\]\((\d{4}-[\w-]+\.md)\) \| (.+) \|$/;
const SUPERSEDED_ROW = /^\| (\d+) \| [^[].* \| ((?:\[\d+\]\(\d{4}-[\w-]+\.md\)(?:, )?)+) \|$/;
const STANDING = /^(?:stands|in part replaced by (?:\[\d+\]\(\d{4}-[\w-]+\.md\)(?:, )?)+)$/;
const rows = INDEX.flatMap((line) => {
  const [, number, file = "", standing = ""] = ROW.exec(line) ?? [];
  return number === undefined ? [] : [{ number: Number(number), file, standing }];
});
const superseded = INDEX.flatMap((line) => {
  const [, number, later = ""] = SUPERSEDED_ROW.exec(line) ?? [];
  return number === undefined ? [] : [{ number: Number(number), later }];
});
const numbers: ReadonlySet<number> = new Set([...rows, ...superseded].map(({ number }) => number));

describe("the index of decisions", () => {
  test("has each page once, under its number", () => {
    assert.deepEqual(rows.map(({ file }) => file).sort(), globSync("0*.md", { cwd: FOLDER }).sort());
    for (const { number, file } of rows) assert.equal(number, Number(file.slice(0, 4)));
    assert.equal(numbers.size, rows.length + superseded.length);
  });

  test("names the page that replaced each superseded decision", () => {
    assert.ok(superseded.length >= 14);
    const files = new Set(rows.map(({ file }) => file));
    for (const { number, later } of superseded)
      for (const [, file = ""] of later.matchAll(/\]\(([^)]+)\)/g)) assert.ok(files.has(file), `${number}: ${file}`);
  });

  test("has each number that sources, tests and pages cite", () => {
    const paths = globSync(
      [
        "{src,test,page,scripts,bench,contracts,site}/**/*.{ts,tsx,sol,json}",
        "docs/**/*.md",
        "{contracts,fixtures}/**/*.md",
        "*.md",
      ],
      { cwd: ROOT },
    );
    const cited = paths.flatMap((path) =>
      [...readFileSync(ROOT + path, "utf8").matchAll(/\bdecisions\/(\d{4})\b|\b[Dd]ecisions? (\d+)\b/g)].map(
        ([, inPath, inText]) => ({ path, number: Number(inPath ?? inText) }),
      ),
    );
    assert.ok(cited.length > 100);
    assert.deepEqual(
      cited.filter(({ number }) => !numbers.has(number)),
      [],
    );
  });
});

test("a decision is in force, or its page names the later one that replaces a part", () => {
  for (const { file, standing } of rows) {
    assert.match(standing, STANDING, file);
    const page = readFileSync(FOLDER + file, "utf8");
    for (const [, later = ""] of standing.matchAll(/\[(\d+)\]/g))
      assert.match(page, new RegExp(`eplaced[^\n]*decision ${later}\\b`), file);
  }
});
