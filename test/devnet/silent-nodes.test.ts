import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { NodeStanding } from "../../src/ecosystem/devnet/chain-nodes/messages.ts";
import { begun, rested } from "../../src/ecosystem/devnet/chain-nodes/silent-nodes.ts";
import type { Clock } from "../../src/ground/runtime/clock.ts";

/** A clock whose timers are due immediately, in the order of their times. */
function quickClock(): Clock & { readonly passedMs: () => number } {
  let now = 0;
  return {
    nowMs: () => now,
    after: (delayMs, callback) => {
      const timer = setImmediate(() => {
        now += delayMs;
        callback();
      });
      return () => clearImmediate(timer);
    },
    passedMs: () => now,
  };
}

function standing(isPending: boolean, decidedView = 7): NodeStanding {
  return { isPending, decidedView, position: 1, digests: [], hasVote: true };
}

const [IDLE, BUSY, AHEAD] = [standing(false), standing(true), standing(false, 2 ** 53 - 1)];

/** Milliseconds until a group of `count` rests, whose nodes without a fault on request always tell this. */
async function restMs(told: readonly (NodeStanding | undefined)[], count: number = told.length): Promise<number> {
  const clock = quickClock();
  const ports = { decidedView: () => 7, isClosed: () => false, standings: () => Promise.resolve(told) };
  await rested({ clock, count, ...ports });
  return clock.passedMs();
}

describe("the host of nodes in processes, with nodes that are silent or never at rest", () => {
  test("a group without undecided commands rests immediately, also with a node that is dead", async () => {
    assert.equal(await restMs([IDLE, IDLE, IDLE, IDLE]), 0);
    assert.equal(await restMs([IDLE, IDLE, undefined, IDLE]), 0);
  });

  test("attack: a node that never rests, or invents a decision: delays work that needs rest by five seconds", async () => {
    for (const liar of [BUSY, AHEAD]) assert.equal(await restMs([IDLE, IDLE, IDLE, liar]), 5_000);
    assert.equal(await restMs([IDLE, BUSY, IDLE, IDLE, IDLE, AHEAD, IDLE]), 5_000);
  });

  test("more nodes than may lie are waited for, those with a fault on request included", async () => {
    const expected = { code: "Undecided", message: /20 seconds/ };
    await assert.rejects(restMs([IDLE, IDLE, BUSY, BUSY]), expected);
    await assert.rejects(restMs([IDLE, IDLE, BUSY], 4), expected);
    await assert.rejects(restMs([IDLE, BUSY]), expected, "two nodes allow no liar");
    await assert.rejects(restMs([BUSY]), expected);
  });

  test("attack: a node that never says that it runs: delays a life by five seconds; a second one is waited for", async () => {
    const running = Promise.resolve();
    const silent = new Promise<void>(() => undefined);
    const clock = quickClock();
    await begun([running, running, silent, running], clock);
    assert.equal(clock.passedMs(), 5_000);
    const later = Promise.withResolvers();
    let hasBegun = false;
    const beginning = begun([running, silent, later.promise.then(() => undefined), running], clock).then(() => (hasBegun = true));
    await new Promise((resolve) => {
      setImmediate(() => setImmediate(resolve));
    });
    assert.equal(hasBegun, false);
    later.resolve(undefined);
    await beginning;
    assert.equal(clock.passedMs(), 10_000);
  });

  test("a life whose nodes all run begins immediately", async () => {
    const clock = quickClock();
    await begun([Promise.resolve(), Promise.resolve(), Promise.resolve(), Promise.resolve()], clock);
    assert.equal(clock.passedMs(), 0);
  });
});
