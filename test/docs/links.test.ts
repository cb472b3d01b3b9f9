import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const pages = globSync(["*.md", "docs/**/*.md", "src/**/*.md", "contracts/**/*.md", "fixtures/**/*.md"], {
  cwd: root,
  exclude: ["**/node_modules/**"],
});

for (const page of pages) {
  // Listings have brackets of their own.
  const text = readFileSync(join(root, page), "utf8").replaceAll(/^```[^]*?^```/gm, "");

  test(`${page} links to files that exist`, () => {
    for (const [, target] of text.matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)) {
      assert.ok(existsSync(join(root, dirname(page), target ?? "")), `${page} links to ${target}`);
    }
  });

  test(`${page} names files that exist`, () => {
    for (const [, path] of text.matchAll(/`((?:src|test|contracts|scripts|fixtures|docs|bench)\/[\w./-]+)`/g)) {
      assert.ok(existsSync(join(root, path ?? "")), `${page} names ${path}`);
    }
  });
}

test("docs/README.md leads to every page", () => {
  const index = readFileSync(join(root, "docs/README.md"), "utf8");
  const missing = pages
    .filter((page) => /^docs\/[\w-]+\.md$/.test(page) && page !== "docs/README.md")
    .filter((page) => !index.includes(`](${page.slice("docs/".length)})`));
  assert.deepEqual(missing, []);
});
