import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { CommitsUnderWay } from "../../src/chain/node/settling/commits-under-way.ts";
import { TestClock } from "../chain/support/clock.ts";

test("attack: one that keeps a chain sealing makes no move of the time wait for batches sealed after it was asked for", async () => {
  let uncommitted = [3n, 4n];
  const clock = new TestClock(0);
  const commits = new CommitsUnderWay({ clock, uncommitted: () => uncommitted });
  let isOver = false;
  const ended = commits.ended().then(() => (isOver = true));
  for (const [left, then] of [
    [[4n, 5n], false],
    [[5n, 6n], true],
  ] as const) {
    uncommitted = [...left];
    commits.changed();
    await nextTurn();
    assert.equal(isOver, then, `batches ${left.join(" and ")} are not committed`);
  }
  await ended;
});
