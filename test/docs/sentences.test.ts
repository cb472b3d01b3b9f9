import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const ROOT = new URL("../../", import.meta.url);
/** What a newcomer reads first. */
const FIRST_PAGES = [
  "README.md",
  "docs/README.md",
  "docs/tutorial.md",
  "docs/tasks.md",
  "docs/recipes/README.md",
  "docs/concepts.md",
];
const MOST_WORDS = 25;

const read = (page: string): string => readFileSync(new URL(page, ROOT), "utf8");

/** Sentences of a page's text: no listings, no tables; a list's item and a part before a colon or semicolon count as one. */
function sentences(page: string): readonly string[] {
  return read(page)
    .replaceAll(/^```[^]*?^```/gm, "\n\n")
    .replaceAll(/^(?:\||<!--|#|!\[).*$/gm, "")
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replaceAll(/`[^`]*`/g, "code")
    .split(/\n\s*\n|\n(?=[-*\d])|(?<=[.!?:;])\s/)
    .map((sentence) => sentence.trim());
}

for (const page of FIRST_PAGES) {
  test(`${page} has no sentence of more than ${MOST_WORDS} words`, () => {
    const long = sentences(page).filter((sentence) => sentence.split(/\s+/).length > MOST_WORDS);
    assert.deepEqual(long, []);
  });
}

test("README.md has at most 120 lines, the quick start first", () => {
  assert.ok(read("README.md").trimEnd().split("\n").length <= 120);
  assert.match(/^## .*$/m.exec(read("README.md"))?.[0] ?? "", /Quick start/);
});
