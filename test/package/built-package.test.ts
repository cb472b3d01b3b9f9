import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { isBuilt } from "../support/built-package.ts";

test("a build is stale once a source of it is newer, or was removed, and not for the page that is bundled into the sources", (context) => {
  const root = mkdtempSync(join(tmpdir(), "hyperchain-checkout-"));
  context.after(() => rmSync(root, { recursive: true, force: true }));
  const touch = (path: string, seconds: number): void => utimesSync(join(root, path), seconds, seconds);
  const [before, built, after] = [1_000, 2_000, 3_000];
  for (const folder of ["src/page/assets", "contracts", "dist/artifacts"]) mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, "src/index.ts"), "");
  for (const path of ["src/index.ts", "src/page/assets", "src/page", "src", "contracts"]) touch(path, before);
  touch("dist/artifacts", built);
  assert.equal(isBuilt(root), true);
  touch("src/page/assets", after);
  assert.equal(isBuilt(root), true);
  touch("src/index.ts", after);
  assert.equal(isBuilt(root), false);
  touch("src/index.ts", before);
  touch("contracts", after);
  assert.equal(isBuilt(root), false);
  touch("contracts", before);
  rmSync(join(root, "dist"), { recursive: true });
  assert.equal(isBuilt(root), false);
});
