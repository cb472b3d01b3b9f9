import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { test } from "node:test";
import { PAGES, readPage } from "./page-listings.ts";

/** The pages to which a page links, and the page itself. */
function within(page: string): readonly string[] {
  const links = [...readPage(page).matchAll(/\]\(([^)#:\s]+\.md)/g)].map(([, target = ""]) =>
    posix.join(posix.dirname(page), target),
  );
  return [page, ...links.filter((target) => PAGES.includes(target))];
}

/** Text of a page, with the files that the site shows on the page. */
function shownOn(page: string): string {
  const text = readPage(page);
  const files = [...text.matchAll(/^<!-- built: file (\S+) -->$/gm)].map(([, file = ""]) =>
    readFileSync(join(import.meta.dirname, "../..", file), "utf8"),
  );
  return [text, ...files].join("\n");
}

test("a contract that a page's test deploys is on that page, or on one that it links to, because readers have no other source", () => {
  const missing = PAGES.flatMap((page) => {
    const shown = within(page).map(shownOn).join("\n");
    const deployed = [...readPage(page).matchAll(/\bdeployContract\("(\w+)"/g)].map(([, name = ""]) => name);
    return [...new Set(deployed)]
      .filter((name) => !new RegExp(`^(abstract )?contract ${name}\\b`, "m").test(shown))
      .map((name) => `${page}: ${name}`);
  });
  assert.deepEqual(missing, []);
});
