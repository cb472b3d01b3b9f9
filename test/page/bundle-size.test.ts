import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { bundlePage } from "../../scripts/bundle-page.ts";

/** What a first view loads. The worker that verifies proofs comes when a proof is to be verified. */
const FIRST_VIEW = ["index.html", "page.css", "page.js"];
const MOST_BYTES = 60_000;

test("I11: what the page's first view loads is at most 60 kB, compressed", async () => {
  const folder = mkdtempSync(join(tmpdir(), "page-"));
  try {
    await bundlePage(folder);
    const sizes = FIRST_VIEW.map((file) => gzipSync(readFileSync(join(folder, file))).length);
    const sum = sizes.reduce((total, size) => total + size);
    assert.ok(sum <= MOST_BYTES, `${sum} bytes: ${FIRST_VIEW.map((file, place) => `${file} ${sizes[place]}`).join(", ")}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
