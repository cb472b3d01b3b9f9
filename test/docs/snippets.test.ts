import assert from "node:assert/strict";
import { test } from "node:test";
import { functionIn, pagesWithSnippets } from "../../scripts/snippets/snippets.ts";
import { readPage, ROOT } from "./page-listings.ts";

test("I6: marked listings of the documentation are the files that tests run (npm run generate)", () => {
  const marked = pagesWithSnippets(ROOT);
  assert.ok(marked.length >= 3);
  for (const { path, content } of marked)
    assert.ok(readPage(path) === content, `${path} shows another listing than its file: run npm run generate`);
});

test("a listing of one function ends with its brace, and an unknown function is refused", () => {
  const text =
    "contract A {\n    function a() external {\n        if (b) {\n            c();\n        }\n    }\n\n    function d() {}\n}";
  assert.equal(functionIn(text, "a"), "function a() external {\n    if (b) {\n        c();\n    }\n}");
  assert.throws(() => functionIn(text, "c"), /no function c /);
});
