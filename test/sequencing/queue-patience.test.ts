import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { QueuePatience } from "../../src/ecosystem/sequencing/queue-patience.ts";

describe("the patience of a node of four, whose decisions must take an operation after 100 seconds", () => {
  let now = 1_000n;
  const start = (): QueuePatience => {
    now = 1_000n;
    return new QueuePatience({ waitSeconds: 100n, leaders: 4, nowSeconds: () => now });
  };

  it("requires an operation from the hundredth second on", () => {
    const patience = start();
    now = 1_099n;
    assert.equal(patience.mustTake(7n, 1_000n, 20), false);
    now = 1_100n;
    assert.equal(patience.mustTake(7n, 1_000n, 20), true);
    assert.equal(patience.mustTake(7n, 1_000n, 20), true, "a second check of a view has the same result");
  });

  it("ends after a view of each leader, so that no quorum is stopped, and returns 100 seconds later", () => {
    const patience = start();
    now = 1_100n;
    const required = [20, 21, 23, 24, 25].map((view) => patience.mustTake(7n, 1_000n, view));
    assert.deepEqual(required, [true, true, true, false, false]);
    now = 1_199n;
    assert.equal(patience.mustTake(7n, 1_000n, 90), false);
    now = 1_200n;
    assert.equal(patience.mustTake(7n, 1_000n, 91), true);
  });

  it("counts each operation alone: one that was executed and dropped waits as before", () => {
    const patience = start();
    now = 1_100n;
    assert.equal(patience.mustTake(7n, 1_000n, 20), true);
    assert.equal(patience.mustTake(8n, 1_050n, 21), false);
    assert.equal(patience.mustTake(7n, 1_000n, 24), false);
  });

  it("does not count the time of an operation that a reorg of L1 has replaced", () => {
    const patience = start();
    now = 1_100n;
    assert.equal(patience.mustTake(7n, 1_000n, 20), true);
    assert.equal(patience.mustTake(7n, 1_090n, 21), false);
  });

  it("lets a leader take an operation immediately, and older ones alone after views in vain, but all that are required", () => {
    const patience = start();
    assert.equal(patience.mayTake(7n, 1_000n, 0), true);
    assert.equal(patience.mayTake(7n, 1_000n, 1), false);
    now = 1_010n;
    assert.equal(patience.mayTake(7n, 1_000n, 1), true);
    assert.equal(patience.mayTake(7n, 1_000n, 2), false);
    now = 1_100n;
    assert.equal(patience.mayTake(7n, 1_000n, 50), true);
  });

  it("lets a leader leave an operation out after it failed in a view of each leader, as if it were new", () => {
    const patience = start();
    now = 1_100n;
    for (const view of [20, 24]) patience.mustTake(7n, 1_000n, view);
    assert.equal(patience.mayTake(7n, 1_000n, 0), true);
    assert.equal(patience.mayTake(7n, 1_000n, 1), false);
    now = 1_110n;
    assert.equal(patience.mayTake(7n, 1_000n, 1), true);
  });
});
