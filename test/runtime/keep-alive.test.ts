import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, test } from "node:test";
import { keepAlive } from "../../src/ground/runtime/keep-alive.ts";

const runtime = (file: string): string => new URL(`../../src/ground/runtime/${file}`, import.meta.url).href;

/** Exit code of a program that waits for a timer of `systemClock`, in this way. */
async function codeOf(wait: string): Promise<unknown> {
  const program = `
    import { systemClock } from ${JSON.stringify(runtime("clock.ts"))};
    import { keepAlive } from ${JSON.stringify(runtime("keep-alive.ts"))};
    await ${wait}(new Promise((resolve) => systemClock.after(20, resolve)));`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], { stdio: "ignore" });
  const [code] = (await once(child, "exit")) as [unknown];
  return code;
}

describe("work that holds the process alive", () => {
  test("ends before the process does, which ends after it", async () => {
    // 13: Node's code of a program whose last promise nothing can settle.
    assert.equal(await codeOf("Promise.resolve"), 13);
    assert.equal(await codeOf("keepAlive"), 0);
  });

  test("resolves and rejects as before", async () => {
    assert.equal(await keepAlive(Promise.resolve(7)), 7);
    await assert.rejects(keepAlive(Promise.reject(new RangeError("refused"))), /refused/);
  });
});
