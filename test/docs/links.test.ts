import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const pages = globSync(["*.md", "docs/**/*.md", "src/**/*.md", "contracts/**/*.md", "fixtures/**/*.md"], {
  cwd: root,
  exclude: ["**/node_modules/**"],
});

/** npm's site takes pictures from the repository. */
const PICTURE = /\.(?:webp|svg)$/;

/** The text of a page. Listings have brackets of their own. */
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

describe("the packed docs", () => {
  const { files } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { readonly files: readonly string[] };
  const holds = (entry: string, path: string): boolean => path === entry || path.startsWith(entry);
  const isPacked = (path: string): boolean =>
    ["README.md", "LICENSE", "package.json"].includes(path) ||
    (files.some((entry) => holds(entry, path)) && !files.some((entry) => entry.startsWith("!") && holds(entry.slice(1), path)));

  /** Pages that docs/README.md lists as not in the package. */
  const [, internals = ""] = readFileSync(join(root, "docs/README.md"), "utf8").split("npm package does not contain");
  const isNamed = (path: string): boolean =>
    [...internals.matchAll(/\]\(([^)#]+)\)/g)].some(([, target = ""]) => join("docs", target) === path);

  test("are the pages for users", () => {
    for (const page of ["docs/tutorial.md", "docs/rpc.md", "docs/errors.md", "docs/recipes/hub.md"])
      assert.ok(isPacked(page), page);
    for (const page of ["docs/protocol.md", "docs/attacks.md"]) assert.ok(!isPacked(page) && isNamed(page), page);
  });

  for (const page of pages.filter(isPacked)) {
    test(`${page} links to pages of the package, or to pages that docs/README.md names as absent, headings included`, () => {
      for (const [, target = "", , heading] of withoutListings(page).matchAll(/\]\((?!https?:)([^)#\s]*)(#([^)\s]+))?\)/g)) {
        const path = target === "" ? page : join(dirname(page), target);
        const isFound = isPacked(path) || isPacked(`${path}/`) || isNamed(path) || PICTURE.test(path);
        assert.ok(isFound, `${page} links to ${path}, which is not in the package`);
        if (heading !== undefined) assert.ok(headings(path).has(heading), `${page} links to ${path}#${heading}`);
      }
    });
  }
});

test("docs/README.md leads to every page", () => {
  const index = readFileSync(join(root, "docs/README.md"), "utf8");
  const missing = pages
    .filter((page) => /^docs\/[\w-]+\.md$/.test(page) && page !== "docs/README.md")
    .filter((page) => !index.includes(`](${page.slice("docs/".length)})`));
  assert.deepEqual(missing, []);
});

test("docs/recipes/README.md leads to every recipe", () => {
  const index = readFileSync(join(root, "docs/recipes/README.md"), "utf8");
  const missing = pages
    .filter((page) => /^docs\/recipes\/(?!README)[\w-]+\.md$/.test(page))
    .filter((page) => !index.includes(`](${page.slice("docs/recipes/".length)})`));
  assert.deepEqual(missing, []);
});
