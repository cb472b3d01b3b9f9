import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { withProgress } from "../../src/ground/runtime/with-progress.ts";
import { TestClock } from "../chain/support/clock.ts";

async function pass(clock: TestClock, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    clock.advance(1_000);
    await setImmediate();
  }
}

describe("work that is reported", () => {
  test("is reported each ten seconds until it ends, and then no longer", async () => {
    const clock = new TestClock(5_000);
    const { promise, resolve } = Promise.withResolvers<string>();
    const reports: number[] = [];
    const result = withProgress(promise, clock, (seconds) => reports.push(seconds));
    await pass(clock, 9);
    assert.deepEqual(reports, []);
    await pass(clock, 26);
    assert.deepEqual(reports, [10, 20, 30]);
    resolve("done");
    assert.equal(await result, "done");
    assert.equal(clock.pendingTimers, 0);
  });

  test("rejects with the error of the work", async () => {
    const clock = new TestClock(0);
    await assert.rejects(
      withProgress(Promise.reject(new Error("no compiler")), clock, () => assert.fail()),
      { message: "no compiler" },
    );
    assert.equal(clock.pendingTimers, 0);
  });
});
