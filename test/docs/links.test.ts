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

/** Removes the listings of a page, whose brackets are not links. */
function withoutListings(page: string): string {
  return readFileSync(join(root, page), "utf8").replaceAll(/^```[^]*?^```/gm, "");
}

/** The names by which links reach a page's headings, as code hosts and npm's site make them. */
function headings(page: string): ReadonlySet<string> {
  const titles = [...withoutListings(page).matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) => title);
  const nameOf = (title: string): string =>
    title
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, "")
      .replaceAll(" ", "-");
  return new Set(titles.map(nameOf));
}

for (const page of pages) {
  const text = withoutListings(page);

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

test("pages link to headings that exist", () => {
  const dead: string[] = [];
  for (const page of pages.filter((path) => !path.startsWith("docs/decisions/")))
    for (const [, target = "", heading = ""] of withoutListings(page).matchAll(/\]\((?!https?:)([^)#\s]*)#([^)\s]+)\)/g)) {
      const path = target === "" ? page : join(dirname(page), target);
      if (!path.endsWith(".md") || !headings(path).has(heading)) dead.push(`${page}: ${path}#${heading}`);
    }
  assert.deepEqual(dead, []);
});

test("docs/README.md leads to every page and recipe", () => {
  const index = readFileSync(join(root, "docs/README.md"), "utf8");
  const missing = pages
    .filter((page) => /^docs\/((?:recipes|internals)\/)?[\w-]+\.md$/.test(page) && page !== "docs/README.md")
    .filter((page) => !index.includes(`](${page.slice("docs/".length)})`));
  assert.deepEqual(missing, []);
});
