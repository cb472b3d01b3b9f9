import { setImmediate as turn, setTimeout as wait } from "node:timers/promises";
import { MemoryBlobs, type BlobStore } from "../../../src/proofs/proving/blobs.ts";
import { fleetService } from "../../../src/proofs/proving/fleet-service.ts";
import { httpQueue, workAt } from "../../../src/proofs/proving/queue-http.ts";
import { MemoryQueue } from "../../../src/proofs/proving/queue-memory.ts";
import { answerPgBoss, pgBossWay } from "../../../src/proofs/proving/queue-pg-boss.ts";
import { startQueueServer } from "../../../src/proofs/proving/queue-server.ts";
import type { JobQueue, OpenOffer, ProverPort, Running, WorkOptions } from "../../../src/proofs/proving/queue.ts";
import { startPgBoss } from "../../../src/proofs/proving/start-pg-boss.ts";
import { TestClock } from "../../chain/support/clock.ts";
import { fakeJob, inputOf, planned } from "./fake-jobs.ts";
import { startPostgres, whyNoPostgres } from "./postgres.ts";

/** A queue with workers beyond it. */
export interface TestQueue {
  readonly queue: JobQueue;
  readonly blobs: BlobStore;
  /** Starts a worker at the queue's end for workers. */
  work(port: ProverPort, options: WorkOptions): Running;
  /** Lets the leases of silent workers end, again and again, until something is so. */
  untilLeasesEnd(is: () => boolean): Promise<void>;
  /** Fills the queue, so that it refuses jobs. */
  fill(): Promise<void>;
  /** Empties the queue, so that it accepts jobs. */
  empty(): Promise<void>;
  close(): Promise<void>;
}

export interface TestQueues {
  /** Returns a queue without jobs. */
  fresh(): Promise<TestQueue>;
  close(): Promise<void>;
}

const LEASE_MS = 30_000;
const MOST_WAITING = 64;
/** Interval of requests to a database. */
const POLL_MS = 10;
const TOKEN = "0123456789abcdef-token";

/** Properties of all queues in memory, whatever transports their jobs: a worker answers within twenty `moments`. */
function inMemory(moment: () => Promise<unknown> = turn) {
  const clock = new TestClock(1_800_000_000_000);
  const blobs = new MemoryBlobs();
  const queue = new MemoryQueue({ leaseMs: LEASE_MS, mostWaiting: MOST_WAITING }, { blobs, clock });
  const filling: OpenOffer[] = [];
  const common = {
    ...{ queue, blobs },
    async untilLeasesEnd(is: () => boolean) {
      while (!is()) {
        clock.advance(LEASE_MS);
        for (let i = 0; i < 20 && !is(); i++) await moment();
      }
    },
    async fill() {
      for (let n = 0; n < MOST_WAITING; n++) {
        await blobs.put(inputOf(`filling ${n}`));
        filling.push(await queue.offer({ ...planned(fakeJob(`filling ${n}`)), needs: [], chain: 1n }));
      }
    },
    empty: () => Promise.all(filling.map((offer) => offer.withdraw())).then(() => undefined),
  };
  return { clock, common };
}

function openMemory(): Promise<TestQueues> {
  return Promise.resolve({
    fresh() {
      const { common } = inMemory();
      const close = async (): Promise<void> => common.queue.close();
      return Promise.resolve({ ...common, work: (port, options) => common.queue.work(port, options), close });
    },
    close: () => Promise.resolve(),
  });
}

function openHttp(): Promise<TestQueues> {
  return Promise.resolve({
    async fresh() {
      const { clock, common } = inMemory();
      const server = await startQueueServer({ host: "127.0.0.1", port: 0, token: TOKEN }, fleetService({ ...common, clock }));
      const pause = async (_ms: number, signal: AbortSignal): Promise<void> => {
        for (let i = 0; i < 20 && !signal.aborted; i++) await turn();
      };
      const remote = httpQueue({ url: server.url, token: TOKEN }, { pause });
      return {
        ...common,
        work: (port, options) => remote.work(port, options),
        async close() {
          common.queue.close();
          await server.close();
        },
      };
    },
    close: () => Promise.resolve(),
  });
}

async function openPgBoss(): Promise<TestQueues> {
  const postgres = await startPostgres();
  const bosses = [await startPgBoss(postgres.url), await startPgBoss(postgres.url)] as const;
  return {
    fresh() {
      const { clock, common } = inMemory(() => wait(100));
      // A database answers in its own time.
      const pause = (_ms: number, signal: AbortSignal) => wait(POLL_MS, undefined, { signal }).catch(() => undefined);
      const answering = answerPgBoss(bosses[0], fleetService({ ...common, clock }), { pause });
      const remote = workAt(pgBossWay(bosses[1], "a database", { pause }), { pause });
      return Promise.resolve({
        ...common,
        work: (port, options) => remote.work(port, options),
        async close() {
          common.queue.close();
          await answering.stop();
        },
      });
    },
    async close() {
      for (const boss of bosses) await boss.stop({ graceful: false });
      await postgres.close();
    },
  };
}

export const QUEUES: readonly {
  readonly name: string;
  readonly skip?: string | undefined;
  /** Takes seconds to open. */
  readonly isSlow?: boolean;
  open(): Promise<TestQueues>;
}[] = [
  { name: "this process's memory", open: openMemory },
  { name: "HTTP", open: openHttp },
  { name: "pg-boss on a real Postgres", open: openPgBoss, isSlow: true, skip: whyNoPostgres() },
];
