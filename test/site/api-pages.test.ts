import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { API_MODULES, apiPages } from "../../site/api-pages.ts";
import { sitePage, slugOf } from "../../site/pages.ts";
import { MAX_WAIT_MS } from "../page/support/browser.ts";
import { deadLinks } from "./support/dead-links.ts";
import { type ServedSite, serveSite } from "./support/served-site.ts";

/** The plugin's module has a page for it by the name `default`. */
const DEFAULT_EXPORT = "hyperchainPlugin";

const BASE = "/v9.9/";
const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

describe("the reference of the API", () => {
  let pages: ReadonlyMap<string, string>;
  before(async () => {
    pages = await apiPages(root);
  });

  test("has a page for each export that the reports of the public API list", () => {
    const missing: string[] = [];
    for (const module of Object.keys(API_MODULES)) {
      const report = readFileSync(join(root, "api", `${module}.txt`), "utf8");
      const names = [...report.matchAll(/^(?:abstract )?(?:function|class|interface|type|const) (\w+)/gm)];
      assert.ok(names.length > 0, `api/${module}.txt lists no export`);
      const shown = [...pages.keys()].map((path) => path.toLowerCase());
      for (const [, name = ""] of names.filter(([, each]) => each !== DEFAULT_EXPORT))
        if (!shown.some((path) => path.startsWith("api/") && path.endsWith(`/${name.toLowerCase()}.md`)))
          missing.push(`${module}: ${name}`);
    }
    assert.deepEqual(missing, []);
  });

  test("links to pages by paths of the repository", () => {
    const urls = new Map([...pages.keys()].map((file) => [file, `/${slugOf(file)}/`]));
    for (const [file, markdown] of pages) assert.ok(sitePage(markdown, { file, urls }).title.length > 0);
  });

  test("shows the docstring of an export, with links to its types", () => {
    const page = pages.get("api/client/functions/claimWithdrawal.md") ?? "";
    assert.match(page, /^# Function: claimWithdrawal\(\)/m);
    assert.match(page, /\]\(\.\.\/interfaces\/Ecosystem\.md\)/);
  });

  describe("in a browser", () => {
    let site: ServedSite;
    before(async () => {
      site = await serveSite({ root, base: BASE, generated: pages, others: { "/versions.json": "[]" } });
    });
    after(() => site.close());

    test("opens page by page without another host and without an error", async () => {
      const { page, url, troubles } = site;
      if (page === undefined) return;
      assert.ok(pages.size > 600, `${pages.size} pages`);
      for (const file of pages.keys()) {
        await page.goto(`${url}${slugOf(file)}/`, { timeout: MAX_WAIT_MS });
        assert.ok((await page.locator("h1").first().textContent()) !== "", file);
        assert.deepEqual(troubles, [], file);
      }
    });

    test("links to pages and headings that exist", () => {
      assert.deepEqual(deadLinks(site.output, BASE), []);
    });
  });
});
