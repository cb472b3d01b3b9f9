import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { after, before, describe, test } from "node:test";
import { settleNow } from "./support/devnet.ts";
import { ProcessGroup } from "./support/process-group.ts";

/** Milliseconds of a sync of each node's disk. */
const SYNC_MS: readonly number[] = [300, 300, 300, 2_000];
const SLOWEST = 3;

describe("E2: a chain that four nodes decide in processes, on slow disks, one of them much slower", () => {
  const group = new ProcessGroup(SYNC_MS.length);
  before(() => {
    process.env["SLOW_SYNCS"] = JSON.stringify(Object.fromEntries(SYNC_MS.map((ms, index) => [`node-${index}`, ms])));
    process.env["NODE_OPTIONS"] = `--import=${new URL("support/slow-syncs.ts", import.meta.url).href}`;
    return group.start();
  });
  after(async () => {
    for (const name of ["SLOW_SYNCS", "NODE_OPTIONS"]) Reflect.deleteProperty(process.env, name);
    await group.end();
  });

  test("decides after the disks of a quorum, and the slowest node follows", async () => {
    for (let i = 0; i < 3; i++) {
      const start = performance.now();
      await group.payDecided(1n);
      // Two votes, each on disk before it is sent.
      assert.ok(performance.now() - start >= 600, `${performance.now() - start} ms`);
    }
    await settleNow(group.chain());
    await group.agree();
  });

  test("loses nothing if nodes are killed while their disks are busy", async () => {
    for (const index of [SLOWEST, 1]) {
      const paying = group.payDecided(1n);
      await pause(400);
      await group.kill(index);
      await paying;
    }
    await group.payDecided(1n);
    await group.agree();
    await group.assertNothingLost();
    assert.ok((await group.nodes.standings()).every((standing) => standing?.hasVote));
    assert.deepEqual(group.nodes.status.evidence, []);
  });
});
