import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { markdownPath } from "../../site/markdown-pages.ts";
import { slugOf } from "../../site/pages.ts";
import { PAGE_GROUPS } from "../../site/sidebar.ts";
import { SEARCH_RANKING } from "../../site/site-config.ts";
import { siteVersions, VERSIONS_FILE } from "../../site/versions.ts";
import { MAX_WAIT_MS } from "../page/support/browser.ts";
import { deadLinks } from "./support/dead-links.ts";
import { type ServedSite, serveSite } from "./support/served-site.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const BASE = "/v9.9/";
/** Changelog whose next version is 9.9. */
const CHANGELOG = "## [9.9.0] - unreleased\n\n## 9.8.1\n\n## [9.8.0] - 2026-01-02\n\n## [8.0.0] - 2025-01-02\n";
/** Written pages of the menu. */
const pages = PAGE_GROUPS.flatMap(({ files }) => files).filter((file) => !file.startsWith("api/"));

/** Queries of readers, and a page that must be among the first three results. */
const QUESTIONS: readonly (readonly [query: string, page: string])[] = [
  ["EscrowNotHeld", "errors/"],
  ["withdraw to L1", "recipes/withdraw/"],
  ["answer of another chain", "recipes/ask-another-chain/"],
  ["atomic legs", "recipes/legs-all-or-none/"],
  ["passkey", "recipes/passkey-account/"],
  ["paymaster sponsored", "recipes/sponsored-call/"],
  ["LayerZero", "recipes/layerzero/"],
  ["Hyperlane", "recipes/hyperlane/"],
  ["CCIP", "recipes/ccip/"],
  ["Superchain", "recipes/superchain/"],
  ["snapshot tests", "testing/"],
  ["fork a public L1", "recipes/fork-l1/"],
  ["guardians", "recipes/store-data-with-guardians/"],
  ["shielded", "recipes/shielded-pool/"],
  ["postgres fleet", "recipes/fleet-on-postgres/"],
  ["eth_getProof", "rpc/"],
  ["hyperchain:reconstruct", "recipes/rebuild-from-l1/"],
  ["dataAvailability", "configuration/"],
  ["leave a chain", "recipes/leave-a-chain/"],
  ["GPU", "gpu/"],
];

describe("the site of the documentation", () => {
  let site: ServedSite;
  before(async () => {
    const versions = JSON.stringify(siteVersions("9.9.0", CHANGELOG));
    site = await serveSite({ root, base: BASE, others: { [`/${VERSIONS_FILE}`]: versions } });
  });
  after(() => site?.close());

  test("has each page of the package's documentation once in its menu", () => {
    const packed = globSync(
      [
        "README.md",
        "CHANGELOG.md",
        "SECURITY.md",
        "docs/*.md",
        "docs/recipes/*.md",
        "docs/internals/*.md",
        "contracts/**/README.md",
      ],
      {
        cwd: root,
      },
    );
    assert.deepEqual(pages.toSorted(), packed.map((file) => file.replaceAll("\\", "/")).sort());
  });

  test("links to pages and headings that exist", () => {
    assert.deepEqual(deadLinks(site.output, BASE), []);
  });

  test("shows each page of its menu without another host", async () => {
    const { page } = site;
    if (page === undefined) return;
    for (const file of pages) {
      await page.goto(`${site.url}${slugOf(file)}${slugOf(file) === "" ? "" : "/"}`, { timeout: MAX_WAIT_MS });
      assert.ok((await page.locator("h1").first().textContent()) !== "");
    }
    assert.deepEqual(site.troubles, []);
  });

  test("has each page as Markdown, and an index", () => {
    const index = readFileSync(join(site.output, "llms.txt"), "utf8");
    for (const file of pages) {
      assert.ok(index.includes(`(${BASE}${markdownPath(file)})`), file);
      const markdown = readFileSync(join(site.output, markdownPath(file)), "utf8");
      assert.match(markdown, /^# \S/, file);
      assert.doesNotMatch(markdown, /^<!-- (?:built|snippet|track)|^<svg/m, file);
    }
  });

  test("shows one of two tracks, and the reader's choice on each page after it", async () => {
    const { page } = site;
    if (page === undefined) return;
    const shown = async (): Promise<readonly string[]> => {
      await page.goto(`${site.url}tutorial/`, { timeout: MAX_WAIT_MS });
      const panels = await page.getByRole("tabpanel").all();
      const tracks = await Promise.all(panels.map((panel) => panel.getAttribute("data-track")));
      return [...new Set(tracks)].map((track) => track ?? "");
    };
    assert.deepEqual(await shown(), ["ethers"]);
    await page.getByRole("tab", { name: "viem" }).first().click();
    assert.deepEqual(await shown(), ["viem"]);
    await page.getByRole("tab", { name: "viem" }).first().press("ArrowRight");
    assert.deepEqual(await shown(), ["ethers"]);
  });

  test("shows its version and others, and leads to the one that a reader chooses", async () => {
    const { page } = site;
    if (page === undefined) return;
    await page.goto(`${site.url}tutorial/`, { timeout: MAX_WAIT_MS });
    const select = page.getByLabel("Version of the package").first();
    await select.locator("option").nth(2).waitFor({ state: "attached", timeout: MAX_WAIT_MS });
    assert.deepEqual(await select.locator("option").allTextContents(), ["v9.9 (next)", "v9.8", "v8.0"]);
    assert.equal(await select.inputValue(), BASE);
    await page.route("**/v8.0/", (route) => route.fulfill({ body: "an older version" }));
    await select.selectOption("/v8.0/");
    await page.getByText("an older version").waitFor({ timeout: MAX_WAIT_MS });
    assert.deepEqual(site.troubles, []);
  });

  test("finds the answers to twenty queries among the first three results", async () => {
    const { page } = site;
    if (page === undefined) return;
    await page.goto(`${site.url}`, { timeout: MAX_WAIT_MS });
    // The search that the field of each page uses.
    const found = await page.evaluate(
      async ({ script, queries, ranking }) => {
        const search = (await import(script)) as {
          readonly options: (options: object) => Promise<void>;
          readonly search: (query: string) => Promise<{ readonly results: readonly { data(): Promise<{ url: string }> }[] }>;
        };
        await search.options({ ranking });
        const all: string[][] = [];
        for (const query of queries) {
          const { results } = await search.search(query);
          all.push(await Promise.all(results.slice(0, 3).map(async (result) => (await result.data()).url)));
        }
        return all;
      },
      { script: `${BASE}pagefind/pagefind.js`, ranking: SEARCH_RANKING, queries: QUESTIONS.map(([query]) => query) },
    );
    const missed = QUESTIONS.flatMap(([query, expected], i) =>
      found[i]?.some((url) => url.endsWith(`/${expected}`)) === true ? [] : [`${query}: ${found[i]?.join(" ")}`],
    );
    assert.deepEqual(missed, []);
    assert.deepEqual(site.troubles, []);
  });
});
