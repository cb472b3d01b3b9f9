import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { atOnce, withTurns, type InTurns } from "../../src/ground/runtime/turns.ts";

/** Each piece takes three milliseconds of the thread. */
function* pieces(count: number): InTurns<number> {
  for (let i = 0; i < count; i++) {
    for (const until = performance.now() + 3; performance.now() < until;);
    yield;
  }
  return count;
}

describe("work in turns", () => {
  it("lets other work run in between, unlike uninterrupted work, and returns the same", async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    assert.equal(atOnce(pieces(20)), 20);
    assert.equal(turns, 0);
    assert.equal(await withTurns(pieces(20)), 20);
    assert.ok(turns >= 2, `${turns} turns`);
    clearInterval(timer);
  });

  it("rejects with what the work throws", async () => {
    // eslint-disable-next-line require-yield
    function* failing(): InTurns<never> {
      throw new RangeError("no");
    }
    await assert.rejects(withTurns(failing()), RangeError);
  });
});
