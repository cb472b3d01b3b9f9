import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { optionTypes } from "../../scripts/options-reference/reference.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

test("the types of the config are as the schemas have them (npm run generate)", async () => {
  for (const { path, content } of await optionTypes(root)) {
    assert.equal(readFileSync(join(root, path), "utf8"), content, path);
  }
});
