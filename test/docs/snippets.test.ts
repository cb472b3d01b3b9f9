import assert from "node:assert/strict";
import { test } from "node:test";
import { pagesWithSnippets } from "../../scripts/snippets/snippets.ts";
import { readPage, ROOT } from "./page-listings.ts";

test("I6: marked listings of the documentation are the files that tests run (npm run generate)", () => {
  const marked = pagesWithSnippets(ROOT);
  assert.ok(marked.length >= 3);
  for (const { path, content } of marked)
    assert.ok(readPage(path) === content, `${path} shows another listing than its file: run npm run generate`);
});
