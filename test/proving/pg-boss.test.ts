import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { MemoryBlobs } from "../../src/proofs/proving/blobs.ts";
import { fleetService } from "../../src/proofs/proving/fleet-service.ts";
import { workAt } from "../../src/proofs/proving/queue-http.ts";
import { MemoryQueue } from "../../src/proofs/proving/queue-memory.ts";
import { answerPgBoss, pgBossWay } from "../../src/proofs/proving/queue-pg-boss.ts";
import type { Running, WorkerEvent } from "../../src/proofs/proving/queue.ts";
import { startPgBoss, type StartedBoss } from "../../src/proofs/proving/start-pg-boss.ts";
import { TestClock } from "../chain/support/clock.ts";
import { fakeJob, fakePort, inputOf, planned, proofOf } from "./support/fake-jobs.ts";
import { startPostgres, whyNoPostgres, type TestPostgres } from "./support/postgres.ts";

const LEASE_MS = 30_000;
/** A database answers in its own time. */
const pause = (_ms: number, signal: AbortSignal) => wait(10, undefined, { signal }).catch(() => undefined);

describe("a fleet on Postgres", { skip: whyNoPostgres() ?? false }, () => {
  let postgres: TestPostgres;
  let bosses: readonly StartedBoss[];
  let clock: TestClock;
  let queue: MemoryQueue;
  let blobs: MemoryBlobs;
  let answering: Running;
  const troubles: (string | undefined)[] = [];

  before(async () => {
    postgres = await startPostgres();
    bosses = [await startPgBoss(postgres.url), await startPgBoss(postgres.url)];
  });
  after(async () => {
    for (const boss of bosses) await boss.stop({ graceful: false });
    await postgres.close();
  });
  beforeEach(() => {
    blobs = new MemoryBlobs();
    clock = new TestClock(1_800_000_000_000);
    queue = new MemoryQueue({ leaseMs: LEASE_MS }, { blobs, clock });
    answering = answerPgBoss(bosses[0]!, fleetService({ queue, blobs, clock }), {
      pause,
      onTrouble: (reason) => troubles.push(reason),
    });
  });
  afterEach(async () => {
    queue.close();
    await answering.stop();
  });

  async function until(is: () => boolean): Promise<void> {
    while (!is()) await wait(10);
  }
  function work(events: WorkerEvent[], make = proofOf): Running {
    const way = pgBossWay(bosses[1]!, "the database", { pause });
    return workAt(way, { pause }).work(fakePort(make), { name: "far", onEvent: (event) => events.push(event) });
  }
  async function offer(name: string) {
    await blobs.put(inputOf(name));
    return queue.offer({ ...planned(fakeJob(name)), needs: [], chain: 1n });
  }

  test("attack: Postgres dead: offers wait, and are proven once it is back", async () => {
    await postgres.kill();
    const events: WorkerEvent[] = [];
    const working = work(events);
    const { done } = await offer("a");
    let isDone = false;
    void done.then(() => (isDone = true));
    await until(() => troubles.length > 0 && events.some(({ type }) => type === "waiting"));
    assert.equal(isDone, false);
    await postgres.start();
    assert.equal((await done).metrics.worker, "far");
    assert.deepEqual([typeof troubles[0], troubles.at(-1)], ["string", undefined]);
    await working.stop();
  });

  test("attack: another client of the database alters an answer: the worker proves nothing of it", async () => {
    const events: WorkerEvent[] = [];
    const { done } = await offer("b");
    const db = bosses[1]!.getDb();
    // Every task is altered as it comes, for as long as the trigger stands.
    await db.executeSql(`CREATE FUNCTION alter_body() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN IF position('leaseMs'::bytea IN NEW.bytes) > 0 THEN NEW.bytes = NEW.bytes || 'x'::bytea; END IF; RETURN NEW; END $$`);
    await db.executeSql(
      "CREATE TRIGGER alters BEFORE INSERT ON hyperchain_fleet_body FOR EACH ROW EXECUTE FUNCTION alter_body()",
    );
    const working = work(events, () => assert.fail("nothing can be read"));
    await until(() => events.some((event) => event.type === "waiting"));
    assert.ok(!events.some(({ type }) => type === "task"));
    await working.stop();
    await db.executeSql("DROP TRIGGER alters ON hyperchain_fleet_body");
    // Of the answer that could not be read.
    clock.advance(LEASE_MS);
    const honest = work(events);
    assert.equal((await done).metrics.worker, "far");
    await honest.stop();
  });

  test("says where the database is and what to do, and not the password", async () => {
    const unreachable = startPgBoss("postgres://fleet:secret@127.0.0.1:1/proofs");
    await assert.rejects(unreachable, (error: Error & { code?: unknown }) => {
      assert.deepEqual([error.name, error.code], ["PgBossError", "NoDatabase"]);
      assert.match(error.message, /127\.0\.0\.1:1 cannot be used .*see that it runs/);
      return !JSON.stringify([error.message, String(error.cause)]).includes("secret");
    });
  });
});
