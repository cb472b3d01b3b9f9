import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { EventLoopYield } from "../../src/ground/runtime/event-loop-yield.ts";

describe("turns of the event loop", () => {
  it("are one for each who asks, in order, and at once for the first", async () => {
    const turns = new EventLoopYield();
    const passed: number[] = [];
    let loops = 0;
    let counting = true;
    const count = (): void => {
      loops++;
      if (counting) setImmediate(count);
    };
    setImmediate(count);
    await Promise.all(
      [0, 1, 2, 3].map(async (i) => {
        await turns.next();
        assert.ok(loops >= i, `turn ${i} came in loop ${loops}`);
        passed.push(i);
      }),
    );
    assert.deepEqual(passed, [0, 1, 2, 3]);
    counting = false;
    // No caller waits for this turn.
    await new Promise((resolve) => setImmediate(resolve));
    let isNow = false;
    void turns.next().then(() => (isNow = true));
    for (let i = 0; i < 5; i++) await Promise.resolve();
    assert.equal(isNow, true);
  });
});
