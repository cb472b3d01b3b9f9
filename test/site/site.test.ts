import assert from "node:assert/strict";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, extname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { buildSite } from "../../site/build-site.ts";
import { markdownPath } from "../../site/markdown-pages.ts";
import { slugOf } from "../../site/pages.ts";
import { PAGE_GROUPS } from "../../site/sidebar.ts";
import { SEARCH_RANKING } from "../../site/site-config.ts";
import { siteVersions, VERSIONS_FILE } from "../../site/versions.ts";
import { MAX_WAIT_MS, openBrowser } from "../page/support/browser.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const BASE = "/v9.9/";
/** Changelog whose next version is 9.9. */
const CHANGELOG = "## [9.9.0] - unreleased\n\n## 9.8.1\n\n## [9.8.0] - 2026-01-02\n\n## [8.0.0] - 2025-01-02\n";
/** Written pages of the menu. */
const pages = PAGE_GROUPS.flatMap(({ files }) => files).filter((file) => !file.startsWith("api/"));
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  ...{ ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".json": "application/json" },
  ...{ ".wasm": "application/wasm", ".svg": "image/svg+xml", ".webp": "image/webp" },
};

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
  let output: string;
  let server: Server;
  let browser: Browser | undefined;
  let page: Page;
  /** Requests to other hosts, failed requests, and errors of scripts. */
  const troubles: string[] = [];
  const origin = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  before(async () => {
    output = mkdtempSync(join(tmpdir(), "site-"));
    await buildSite({ root, base: BASE, output });
    server = createServer(({ url = "/" }, response) => {
      if (url === `/${VERSIONS_FILE}`) {
        response.writeHead(200).end(JSON.stringify(siteVersions("9.9.0", CHANGELOG)));
        return;
      }
      const path = new URL(url, "http://site").pathname.replace(BASE, "/").replace(/\/$/, "/index.html");
      try {
        const body = readFileSync(join(output, path));
        response.writeHead(200, { "content-type": MEDIA_TYPES[extname(path)] ?? "application/octet-stream" }).end(body);
      } catch {
        response.writeHead(404).end();
      }
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    browser = await openBrowser();
    if (browser === undefined) return;
    page = await browser.newPage();
    page.on("pageerror", (error) => troubles.push(error.message));
    page.on("console", (line) => line.type() === "error" && troubles.push(line.text()));
    page.on("response", (answer) => answer.status() >= 400 && troubles.push(`${answer.status()} ${answer.url()}`));
    await page.route("**/*", async (route) => {
      if (route.request().url().startsWith(origin())) return route.continue();
      troubles.push(`requested ${route.request().url()}`);
      return route.abort();
    });
  });
  after(async () => {
    await browser?.close();
    server?.close();
    rmSync(output, { recursive: true, force: true });
  });

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
    const files = globSync("**/*.html", { cwd: output }).map((file) => file.replaceAll("\\", "/"));
    const htmlOf = new Map(files.map((file) => [file, readFileSync(join(output, file), "utf8")]));
    const dead: string[] = [];
    for (const [file, html] of htmlOf) {
      for (const [, href = ""] of html.matchAll(/<a\s[^>]*?href="([^"]*)"/g)) {
        if (/^(?:https?:|mailto:)/.test(href)) continue;
        const [path = "", heading = ""] = href.split("#", 2);
        const inner = path === "" ? file : path.replace(BASE, "").replace(/(^|\/)$/, "$1index.html");
        const target = htmlOf.get(inner);
        const isFile = target !== undefined || globSync(inner, { cwd: output }).length > 0;
        const isHeading =
          heading === "" || heading === "_top" || target?.includes(`id="${decodeURIComponent(heading)}"`) === true;
        if (!isFile || !isHeading) dead.push(`${file}: ${href}`);
      }
    }
    assert.deepEqual(dead, []);
  });

  test("shows each page of its menu without another host", async () => {
    if (browser === undefined) return;
    for (const file of pages) {
      await page.goto(`${origin()}${BASE}${slugOf(file)}${slugOf(file) === "" ? "" : "/"}`, { timeout: MAX_WAIT_MS });
      assert.ok((await page.locator("h1").first().textContent()) !== "");
    }
    assert.deepEqual(troubles, []);
  });

  test("has each page as Markdown, and an index", () => {
    const index = readFileSync(join(output, "llms.txt"), "utf8");
    for (const file of pages) {
      assert.ok(index.includes(`(${BASE}${markdownPath(file)})`), file);
      const markdown = readFileSync(join(output, markdownPath(file)), "utf8");
      assert.match(markdown, /^# \S/, file);
      assert.doesNotMatch(markdown, /^<!-- (?:built|snippet|track)|^<svg/m, file);
    }
  });

  test("shows one of two tracks, and the reader's choice on each page after it", async () => {
    if (browser === undefined) return;
    const shown = async (): Promise<readonly string[]> => {
      await page.goto(`${origin()}${BASE}tutorial/`, { timeout: MAX_WAIT_MS });
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
    if (browser === undefined) return;
    await page.goto(`${origin()}${BASE}tutorial/`, { timeout: MAX_WAIT_MS });
    const select = page.getByLabel("Version of the package").first();
    await select.locator("option").nth(2).waitFor({ state: "attached", timeout: MAX_WAIT_MS });
    assert.deepEqual(await select.locator("option").allTextContents(), ["v9.9 (next)", "v9.8", "v8.0"]);
    assert.equal(await select.inputValue(), BASE);
    await page.route("**/v8.0/", (route) => route.fulfill({ body: "an older version" }));
    await select.selectOption("/v8.0/");
    await page.getByText("an older version").waitFor({ timeout: MAX_WAIT_MS });
    assert.deepEqual(troubles, []);
  });

  test("finds the answers to twenty queries among the first three results", async () => {
    if (browser === undefined) return;
    await page.goto(`${origin()}${BASE}`, { timeout: MAX_WAIT_MS });
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
    assert.deepEqual(troubles, []);
  });
});
