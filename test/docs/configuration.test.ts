import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { optionsReference } from "../../scripts/options-reference/reference.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

test("docs/configuration.md and the types of the config are as the schemas have them (npm run generate)", async () => {
  for (const { path, content } of await optionsReference(root)) {
    assert.equal(readFileSync(join(root, path), "utf8"), content, path);
  }
});
