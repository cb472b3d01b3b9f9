import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { namedTests } from "./named-tests.ts";

/** That the tests are there is seen with those of all pages of documentation. */
test("each point in which the page is compared with its neighbours names a test that shows it", () => {
  const text = readFileSync(new URL("../../docs/page-comparison.md", import.meta.url), "utf8");
  const [, shown = ""] = /^## What shows it$(.*?)^(?:## |\[)/ms.exec(text) ?? [];
  // The first row names the tools.
  const points = [...text.matchAll(/^\| (.+?) \|/gm)].map(([, point]) => point).slice(1);
  const lines = shown.split(/^- /m).slice(1);
  assert.deepEqual(
    lines.map((line) => /^\*\*(.+?)\*\*: /.exec(line)?.[1]),
    points,
  );
  for (const line of lines) assert.ok(namedTests(line).length > 0, line);
});
