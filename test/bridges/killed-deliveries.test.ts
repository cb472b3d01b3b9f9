import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { loadWorld } from "../../src/devnet/keeping/dump.ts";
import type { BridgeStep } from "../../src/devnet/view/bridge-info.ts";
import { byNight } from "../support/nightly.ts";
import { COURIERS, DROP } from "./support/couriers.ts";
import type { Courier } from "./support/couriers.ts";
import { addressesOf, CourierWorld, receivedBy, setRefusing } from "./support/courier-world.ts";
import type { CourierPair, Way } from "./support/courier-world.ts";
import type { KillTask } from "./support/killed-courier.ts";
import { runKilled } from "./support/killed-process.ts";

const PROCESS = new URL("./support/killed-courier.ts", import.meta.url).pathname;
/** More transactions than any delivery takes. */
const MOST_KILLS = 12;
const WAYS = byNight<readonly Way[]>(
  [
    [0, 1],
    ["l1", 0],
    [1, "l1"],
  ],
  [[0, 1]],
);
const MOMENTS = byNight<readonly KillTask["moment"][]>(["before", "behind"], ["behind"]);

const WAY: Way = [0, 1];
/** What a message has come to, by what is done. */
const STEPS: readonly (readonly [step: BridgeStep, run: (world: CourierWorld, pair: CourierPair) => Promise<unknown>])[] = [
  [
    "sent",
    async (world, pair) => {
      await setRefusing(pair, true);
      await world.send(pair, "at every step");
    },
  ],
  [
    "verified",
    async (world) => {
      await world.hold(true);
      await world.move();
      await world.move();
    },
  ],
  [
    "failed",
    async (world) => {
      await world.hold(false);
      await world.move();
    },
  ],
  [
    "executed",
    async (world, pair) => {
      await setRefusing(pair, false);
      await world.finish();
    },
  ],
];

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "couriers-"));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe("C14 bridges in an ecosystem that is killed, or goes on elsewhere", () => {
  for (const courier of COURIERS)
    for (const way of WAYS.filter((ends) => courier.isWithoutL1 !== true || !ends.includes("l1")))
      for (const moment of MOMENTS)
        test(`attack: ${courier.name}: killed ${moment} every transaction of a delivery, ${way}: nothing is lost or comes twice`, () =>
          inFolder(async (folder) => {
            const first = await CourierWorld.start(courier, way, { data: folder });
            const addresses = await closing(first, async () => addressesOf(await first.pair()));
            let sent = 0;
            for (let isKilled = true; isKilled; sent++) {
              assert.ok(sent < MOST_KILLS);
              const task: KillTask = { folder, bridge: courier.name, way, addresses, transaction: sent, moment };
              const end = await runKilled(PROCESS, task);
              assert.equal(end.received, sent);
              ({ isKilled } = end);
            }
            // What vouches for it, and its execution: each was the last moment of one process.
            assert.ok(sent > 2, `${sent}`);
            const last = await CourierWorld.start(courier, way, { data: folder });
            await closing(last, async () => checkAll(last, await last.pair(addresses), courier, sent));
          }));

  for (const courier of COURIERS)
    test(`attack: ${courier.name}: dump and load there: a message at every step goes on, and comes once`, () =>
      inFolder(async (folder) => {
        const world = await CourierWorld.start(courier, WAY, { data: join(folder, "first") });
        const dumps: { readonly bytes: Uint8Array; readonly step: string }[] = [];
        const pair = await closing(world, async () => {
          const made = await world.pair();
          for (const [step, run] of STEPS) {
            await run(world, made);
            assert.deepEqual(await world.steps(), [step]);
            dumps.push({ bytes: (await world.devnet.dump()).bytes, step });
          }
          return made;
        });
        // By day the one in the middle.
        for (const { bytes, step } of byNight(dumps, dumps.slice(1, 2))) {
          const data = join(folder, step);
          await loadWorld(bytes, { folder: data, name: "world.dump" });
          const copy = await CourierWorld.start(courier, WAY, { data });
          await closing(copy, async () => {
            const there = await copy.pair(addressesOf(pair));
            const isForgotten = courier.forgetsRefusals === true && step === "failed";
            assert.deepEqual(await copy.steps(), [isForgotten ? "verified" : step]);
            await setRefusing(there, false);
            await copy.send(there, "after the load");
            await checkAll(copy, there, courier, 2);
          });
        }
      }));

  for (const courier of COURIERS)
    test(`attack: ${courier.name}: return to a snapshot between any two steps: the message goes on from there, and comes once`, async () => {
      const world = await CourierWorld.start(courier, WAY);
      await closing(world, async () => {
        const pair = await world.pair();
        const runAll = async (steps: typeof STEPS): Promise<void> => {
          for (const [step, run] of steps) {
            await run(world, pair);
            assert.deepEqual(await world.steps(), [step]);
          }
        };
        for (let cut = 0; cut <= STEPS.length; cut++) {
          const begin = await world.devnet.snapshot();
          await runAll(STEPS.slice(0, cut));
          const mark = await world.devnet.snapshot();
          await runAll(STEPS.slice(cut));
          assert.equal(await receivedBy(pair), 1);
          await world.devnet.revert(mark);
          assert.equal(await receivedBy(pair), cut === STEPS.length ? 1 : 0);
          await runAll(STEPS.slice(cut));
          await world.move();
          assert.equal(await receivedBy(pair), 1);
          await world.devnet.revert(begin);
        }
        assert.deepEqual(world.devnet.faults, []);
      });
    });
});

async function closing<Result>(world: CourierWorld, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } finally {
    await world.close();
  }
}

/** Everything that was sent comes to its end, each once. */
async function checkAll(world: CourierWorld, pair: CourierPair, { name }: Courier, sent: number): Promise<void> {
  await world.finish();
  await world.move();
  assert.deepEqual([await receivedBy(pair), (await world.steps()).length], [sent, sent]);
  const dropped = await pair.there.contract.runner!.provider!.getBalance(DROP.to);
  assert.equal(dropped, name === "layerzero" ? BigInt(sent) * DROP.wei : 0n);
  assert.deepEqual(world.devnet.faults, []);
}
