import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const SCRIPT = fileURLToPath(new URL("./support/hub-script.ts", import.meta.url));

test("a script that waits for nothing but timers of its ecosystem gets the answer, and then ends", async () => {
  // Node ends a script with code 13 if nothing holds it alive before its last answer.
  const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT]);
  assert.deepEqual(JSON.parse(stdout), { number: 1, chains: [271, 272] });
});
