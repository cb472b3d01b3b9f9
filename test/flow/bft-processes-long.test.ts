import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { createRandom } from "../circuits/support/random.ts";
import { settleNow } from "./support/devnet.ts";
import { ProcessGroup } from "./support/process-group.ts";

const COUNT = 7;
/** NODE_KILLS shortens a run by hand. */
const KILLS = Number(process.env["NODE_KILLS"] ?? 200);
/** Kills between two checks. */
const ROUND = 20;
const SEED = 0x7b57;

describe("E2: a chain that seven nodes decide in processes, under kills and partitions", () => {
  const group = new ProcessGroup(COUNT);
  const random = createRandom(SEED);
  const others = Array.from({ length: COUNT - 1 }, (_, index) => index);
  before(() => group.start());
  after(() => group.end());

  /** Payments until the signal; one that waits during a partition is paid after it. */
  const payUntil = async (signal: AbortSignal): Promise<number> => {
    let count = 0;
    for (; !signal.aborted; count++) await group.payDecided(1n);
    return count;
  };

  test(`loses nothing and does not fork in ${KILLS} kills, with a liar and partitions`, async () => {
    await group.setFault({ type: "node", node: COUNT - 1, condition: "equivocating" });
    for (let kills = 0; kills < KILLS; kills += ROUND) {
      const ending = new AbortController();
      const paying = payUntil(ending.signal);
      for (let i = 0; i < ROUND; i++) {
        await pause(random(400));
        if (random(4) === 0) {
          const side = others.filter(() => random(2) === 0);
          const rest = [...others, COUNT - 1].filter((index) => !side.includes(index));
          await group.setFault({ type: "partition", groups: [side, rest] });
        }
        await group.kill(random(COUNT));
        await group.setFault({ type: "partition", groups: [] });
      }
      ending.abort();
      assert.ok((await paying) > 0);
      await settleNow(group.chain());
      await group.agree();
      await group.assertNothingLost();
    }
  });

  // The next leader proposes a second after the view began: test/consensus/timed-group measures it in simulated time.
  test("decides within four views and three seconds after the leader has died", async () => {
    await group.endFaults();
    await group.payDecided(1n);
    await group.assertDecidesWithoutLeader(3_000);
  });

  test("continues with two nodes that lost their files, and with one that pauses for moments", async () => {
    for (const index of [1, 4]) {
      const folder = group.nodes.folders[index]!;
      await group.kill(index);
      rmSync(folder, { recursive: true });
    }
    const pid = group.nodes.pids[2]!;
    for (let i = 0; i < 10; i++) {
      process.kill(pid, "SIGSTOP");
      await pause(300);
      process.kill(pid, "SIGCONT");
      await group.payDecided(1n);
    }
    await group.agree();
    await group.assertNothingLost();
  });
});
