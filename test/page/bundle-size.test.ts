import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { bundlePage } from "../../scripts/bundle-page.ts";

/**
 * Files of a first view, with the scripts that they import immediately. Other pages, charts and the verifier's worker load
 * later.
 */
const FIRST_VIEW = ["index.html", "page.css", "page.js"];
const AT_ONCE = /\bfrom\s*"\.\/([^"]+\.js)"/g;
const MOST_BYTES = 60_000;

test("I11: what the page's first view loads is at most 60 kB, compressed", async () => {
  const folder = mkdtempSync(join(tmpdir(), "page-"));
  try {
    await bundlePage(folder);
    const others = readFileSync(join(folder, "page.js"), "utf8").matchAll(AT_ONCE);
    const files = [...FIRST_VIEW, ...[...others].map(([, file = ""]) => file)];
    assert.ok(files.length > FIRST_VIEW.length, "the parts of the script that later pages need too");
    const sizes = files.map((file) => gzipSync(readFileSync(join(folder, file))).length);
    const sum = sizes.reduce((total, size) => total + size);
    assert.ok(sum <= MOST_BYTES, `${sum} bytes: ${files.map((file, place) => `${file} ${sizes[place]}`).join(", ")}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
