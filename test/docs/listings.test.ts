import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import * as client from "../../src/client.ts";
import { LISTINGS, readPage, ROOT, type Listing } from "./page-listings.ts";

/** Test files that run a listing's content, by page and first line. */
const RUN_BY = JSON.parse(readPage("test/docs/listing-tests.json")) as Record<string, Record<string, readonly string[]>>;
/** Listings that no test can run, and why. */
const NOT_RUN: Readonly<Record<string, readonly string[]>> = {
  "an explorer's image comes from a registry, and its settings are its own": [
    "docker run --rm -p 5100:80 --env ERIGON_URL=http://127.0.0.1:8546 otterscan/otterscan",
    "ETHEREUM_JSONRPC_VARIANT=geth",
  ],
  "it takes a real graphics card": ["npm run -s bench -- execution --json --transfers 100 --card"],
  "the night's own run": ["npm run nightly -- replay --ledger ends test/flow/swap.test.ts test/flow/base-token.test.ts"],
};
const notRun = new Set(Object.values(NOT_RUN).flat());

const PICTURES = ["", "text", "mermaid"];
const toRun = LISTINGS.filter(({ language, first }) => !PICTURES.includes(language) && !notRun.has(first));

/** Tasks, functions of the client and methods of the test API that a listing uses. */
function usedBy({ code }: Listing): readonly string[] {
  const tasks = [...code.matchAll(/hyperchain:[a-z0-9-]+/g)].map(([task]) => task);
  const functions = [...code.matchAll(/\b[a-z]\w+(?=\()/g)].map(([name]) => name).filter((name) => name in client);
  const methods = [...code.matchAll(/\bhyperchains\.\w+(?=\()/g)].map(([method]) => method);
  return [...new Set([...tasks, ...functions, ...methods])];
}

function uses(text: string, what: string): boolean {
  // What spawns for tests is one function of theirs.
  if (what === "hyperchain:spawn" && /\.spawn\(/.test(text)) return true;
  return new RegExp(`(?<![\\w-])${what.replace(".", "\\.")}(?![\\w-])`).test(text);
}

describe("I6: every listing of the docs runs", () => {
  test("is a file that tests run, or is named with the test that runs what it shows", () => {
    assert.ok(toRun.length > 60, `${toRun.length} listings`);
    const named = Object.entries(RUN_BY).flatMap(([page, lines]) => Object.keys(lines).map((first) => `${page}: ${first}`));
    assert.deepEqual(named.sort(), [...new Set(toRun.map(({ page, first }) => `${page}: ${first}`))].sort());
    for (const first of notRun)
      assert.ok(
        LISTINGS.some((listing) => listing.first === first),
        `no listing begins with ${first}`,
      );
  });

  test("the tests that are named use every task, client function and test method of it", () => {
    for (const listing of toRun) {
      const files = (RUN_BY[listing.page]?.[listing.first] ?? []).map((name) => `test/${name}.test.ts`);
      assert.ok(files.length > 0, `${listing.page}: ${listing.first}`);
      for (const file of files) assert.ok(existsSync(join(ROOT, file)), `${listing.page}: ${file}`);
      const texts = files.map(readPage);
      for (const what of usedBy(listing))
        assert.ok(
          texts.some((text) => uses(text, what)),
          `${listing.page}: no test that is named uses ${what}: ${files.join(", ")}`,
        );
    }
  });

  test("pictures hold nothing to run", () => {
    for (const { page, language, code } of LISTINGS)
      if (PICTURES.includes(language)) assert.doesNotMatch(code, /^ *(npx|npm|curl|import) /m, page);
  });
});
