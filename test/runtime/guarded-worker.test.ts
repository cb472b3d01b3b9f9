import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, test } from "node:test";

const sourceAt = (path: string): string => JSON.stringify(new URL(`../../src/ground/runtime/${path}`, import.meta.url).href);
/** Signs a message in each moment, with hardly any time between two calls. */
const BUSY = `import { parentPort } from "node:worker_threads";
import { libsecp256k1 } from ${sourceAt("libsecp256k1.ts")};
const [hash, key] = [new Uint8Array(32).fill(3), new Uint8Array(32).fill(5)];
parentPort.postMessage("busy");
for (;;) libsecp256k1.ecdsaSign(hash, key);
`;
/** Starts threads in sequence, and ends each in its work: all but the last one alone, the last one with the process. */
const ENDING = `import { once } from "node:events";
import { GuardedWorker } from ${sourceAt("guarded-worker.ts")};
const busy = new URL("data:text/javascript," + encodeURIComponent(${JSON.stringify(BUSY)}));
for (let left = Number(process.argv[1]); left > 0; left--) {
  const thread = new GuardedWorker(busy);
  await once(thread, "message");
  if (left > 1) await thread.terminate();
}
console.log("ended");
process.exit(0);
`;

describe("a thread that calls a native module", () => {
  test("is ended between two calls, alone and with the process", () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", ENDING, "8"], {
      encoding: "utf8",
    });
    assert.deepEqual([status, stdout], [0, "ended\n"], stderr);
  });
});
