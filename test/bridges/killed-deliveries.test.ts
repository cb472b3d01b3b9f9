import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { loadWorld } from "../../src/ecosystem/devnet/keeping/dump.ts";
import type { BridgeStep } from "../../src/ecosystem/devnet/view/books/bridge-info.ts";
import { byNight } from "../support/nightly.ts";
import { COURIERS_TOGETHER, DROP, namesOf } from "./support/couriers.ts";
import { addressesOf, CourierWorld, receivedBy, setRefusing, type CourierPair, type Way } from "./support/courier-world.ts";
import type { KillMoment } from "./support/kill-beside.ts";
import type { KillTask } from "./support/killed-courier.ts";
import { runKilled } from "./support/killed-process.ts";

const PROCESS = new URL("./support/killed-courier.ts", import.meta.url).pathname;
/** More transactions than any delivery takes. */
const MOST_KILLS = 40;
/** Interval of the tested transactions of a delivery over all bridges: by day every eighth is the last of a process. */
const STRIDE = byNight(1, 8);
const WAYS = byNight<readonly Way[]>(
  [
    [0, 1],
    ["l1", 0],
    [1, "l1"],
  ],
  [[0, 1]],
);
const MOMENTS = byNight<readonly KillMoment[]>(["before", "behind"], ["behind"]);

const WAY: Way = [0, 1];
/** Steps of a message, each with the action that reaches it. */
const STEPS: readonly (readonly [
  step: BridgeStep,
  run: (world: CourierWorld, pairs: readonly CourierPair[]) => Promise<unknown>,
])[] = [
  [
    "sent",
    async (world, pairs) => {
      await refuseAll(pairs, true);
      await world.sendAll(pairs, "at every step");
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
    async (world, pairs) => {
      await refuseAll(pairs, false);
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

describe("C14 bridges in an ecosystem that is killed, or moves to another machine", () => {
  for (const way of WAYS)
    for (const all of COURIERS_TOGETHER) {
      const couriers = all.filter(({ isWithoutL1 }) => isWithoutL1 !== true || !way.includes("l1"));
      if (couriers.length === 0) continue;
      for (const moment of MOMENTS)
        test(`attack: ${namesOf(couriers)}: killed ${moment} every transaction of a delivery, ${way}: nothing is lost or comes twice`, (t) =>
          inFolder(async (folder) => {
            const first = await CourierWorld.start(couriers, way, { data: folder });
            const addresses = await closing(first, async () => (await first.pairs()).map(addressesOf));
            const bridges = couriers.map(({ name }) => name);
            let sent = 0;
            for (let isKilled = true; isKilled; sent++) {
              assert.ok(sent < MOST_KILLS);
              const task: KillTask = { folder, bridges, way, addresses, transaction: sent * STRIDE, moment };
              const end = await runKilled(PROCESS, task);
              assert.deepEqual(
                end.received,
                couriers.map(() => sent),
              );
              ({ isKilled } = end);
            }
            // Its attestation and its execution: each was the last moment of one process.
            assert.ok(sent > 2, `${sent}`);
            t.diagnostic(`${sent - 1} processes were killed`);
            const last = await CourierWorld.start(couriers, way, { data: folder });
            await closing(last, async () => checkAll(last, await last.pairs(addresses), sent));
          }));
    }

  for (const couriers of COURIERS_TOGETHER)
    test(`attack: ${namesOf(couriers)}: dump and load there: a message at every step continues, and arrives once`, () =>
      inFolder(async (folder) => {
        const world = await CourierWorld.start(couriers, WAY, { data: join(folder, "first") });
        const dumps: { readonly bytes: Uint8Array; readonly step: BridgeStep }[] = [];
        const pairs = await closing(world, async () => {
          const made = await world.pairs();
          for (const [step, run] of STEPS) {
            await run(world, made);
            await assertAt(
              world,
              couriers.map(() => step),
            );
            dumps.push({ bytes: (await world.devnet.dump()).bytes, step });
          }
          return made;
        });
        // By day the one in the middle.
        for (const { bytes, step } of byNight(dumps, dumps.slice(1, 2))) {
          const data = join(folder, step);
          await loadWorld(bytes, { folder: data, name: "world.dump" });
          const copy = await CourierWorld.start(couriers, WAY, { data });
          await closing(copy, async () => {
            const there = await copy.pairs(pairs.map(addressesOf));
            await assertAt(
              copy,
              couriers.map(({ forgetsRefusals }) => (forgetsRefusals && step === "failed" ? "verified" : step)),
            );
            await refuseAll(there, false);
            await copy.sendAll(there, "after the load");
            await checkAll(copy, there, 2);
          });
        }
      }));

  for (const couriers of COURIERS_TOGETHER)
    test(`attack: ${namesOf(couriers)}: return to a snapshot between any two steps: the message continues from there, and arrives once`, async () => {
      const world = await CourierWorld.start(couriers, WAY);
      await closing(world, async () => {
        const pairs = await world.pairs();
        const runAll = async (steps: typeof STEPS): Promise<void> => {
          for (const [step, run] of steps) {
            await run(world, pairs);
            await assertAt(
              world,
              couriers.map(() => step),
            );
          }
        };
        for (const cut of byNight([0, 1, 2, 3, 4], [2])) {
          const begin = await world.devnet.snapshot();
          await runAll(STEPS.slice(0, cut));
          const mark = await world.devnet.snapshot();
          await runAll(STEPS.slice(cut));
          await assertReceived(pairs, 1);
          await world.devnet.revert(mark);
          await assertReceived(pairs, cut === STEPS.length ? 1 : 0);
          await runAll(STEPS.slice(cut));
          await world.move();
          await assertReceived(pairs, 1);
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

async function refuseAll(pairs: readonly CourierPair[], isRefusing: boolean): Promise<void> {
  for (const pair of pairs) await setRefusing(pair, isRefusing);
}

/** The one message of each courier. */
async function assertAt(world: CourierWorld, steps: readonly BridgeStep[]): Promise<void> {
  assert.deepEqual(
    await world.steps(),
    steps.map((step) => [step]),
  );
}

async function assertReceived(pairs: readonly CourierPair[], number: number): Promise<void> {
  assert.deepEqual(
    await Promise.all(pairs.map(receivedBy)),
    pairs.map(() => number),
  );
}

/** Checks that every sent message is complete, each once. */
async function checkAll(world: CourierWorld, pairs: readonly CourierPair[], sent: number): Promise<void> {
  await world.finish();
  await world.move();
  await assertReceived(pairs, sent);
  for (const steps of await world.steps()) assert.equal(steps.length, sent);
  const dropped = await pairs[0]!.there.contract.runner!.provider!.getBalance(DROP.to);
  assert.equal(dropped, pairs.some(({ courier }) => courier.name === "layerzero") ? BigInt(sent) * DROP.wei : 0n);
  assert.deepEqual(world.devnet.faults, []);
}
