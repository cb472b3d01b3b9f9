import * as v from "valibot";
import { reasonOf } from "../../ground/errors/reason-of.ts";
import { blobId, checkedBlob } from "./blobs.ts";
import type { FleetAnswer, FleetService } from "./fleet-service.ts";
import { type BlobId, MAX_INPUT_BYTES } from "./job.ts";
import type { FleetWay } from "./queue-http.ts";
import { MAX_WAITING_WORKERS } from "./queue-memory.ts";
import type { Running } from "./queue.ts";

/** Used part of pg-boss 12, which a caller has installed and started. */
export interface Boss {
  createQueue(name: string, options: object): Promise<void>;
  send(name: string, data: object, options?: object): Promise<string | null>;
  fetch(
    name: string,
    options: { readonly batchSize: number },
  ): Promise<readonly { readonly id: string; readonly data: unknown }[]>;
  complete(name: string, id: string, data: object): Promise<{ readonly affected: number }>;
  fail(name: string, id: string, reason: object): Promise<unknown>;
  deleteJob(name: string, id: string): Promise<unknown>;
  findJobs(
    name: string,
    options?: { readonly id: string },
  ): Promise<readonly { readonly id: string; readonly state: string; readonly output: unknown }[]>;
  getDb(): { executeSql(text: string, values?: unknown[]): Promise<{ readonly rows: readonly Record<string, unknown>[] }> };
}

interface PgBossDependencies {
  /** Waits, or ends early when the signal is aborted. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Called once for each reason when Postgres does not answer, and with undefined when it has recovered. */
  readonly onTrouble?: (reason: string | undefined) => void;
}

const QUEUE = "hyperchain-fleet";
/** A request without an answer for so long ends: its worker asks again. */
const REQUEST_SECONDS = 60;
const QUEUE_OPTIONS = {
  retryLimit: 0,
  expireInSeconds: REQUEST_SECONDS,
  retentionSeconds: REQUEST_SECONDS,
  deleteAfterSeconds: REQUEST_SECONDS,
};
const POLL_MS = 250;
const RETRY_MS = 5_000;
/** Requests that are answered at a time: as many as may wait for a task, and some of those who have one. */
const MOST_AT_ONCE = MAX_WAITING_WORKERS + 64;
/** Not in the log of the database: it would carry hundreds of megabytes. What a crash takes is asked for again. */
const TABLE = `CREATE UNLOGGED TABLE IF NOT EXISTS hyperchain_fleet_body
  (id text PRIMARY KEY, bytes bytea NOT NULL, put_at timestamptz NOT NULL DEFAULT now())`;
const OLD = `DELETE FROM hyperchain_fleet_body WHERE put_at < now() - interval '${2 * REQUEST_SECONDS} seconds'`;

const requestData = v.object({ path: v.pipe(v.string(), v.maxLength(64)), body: v.string() });
const answerData = v.object({ status: v.number(), body: v.string() });

/** Makes ready what requests and answers are kept in. Several may do it at once. */
async function prepare(boss: Boss): Promise<void> {
  await boss.createQueue(QUEUE, QUEUE_OPTIONS);
  await boss.getDb().executeSql(TABLE);
}

/** Bodies of requests and answers, by their hashes. */
async function put(boss: Boss, bytes: Uint8Array): Promise<BlobId> {
  const id = blobId(bytes);
  const text = "INSERT INTO hyperchain_fleet_body (id, bytes) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET put_at = now()";
  await boss.getDb().executeSql(text, [id, Buffer.from(bytes)]);
  return id;
}

/** No more than an input may have is read, and nothing that is not of its name. */
async function get(boss: Boss, id: BlobId): Promise<Uint8Array> {
  const text = "SELECT bytes FROM hyperchain_fleet_body WHERE id = $1 AND octet_length(bytes) <= $2";
  const { rows } = await boss.getDb().executeSql(text, [id, MAX_INPUT_BYTES]);
  const [row] = rows;
  if (row === undefined) throw new RangeError(`the body ${id} is no longer in the database`);
  return checkedBlob(id, row["bytes"] as Uint8Array, MAX_INPUT_BYTES);
}

/** A worker's way to an ecosystem that takes its requests from Postgres. */
export function pgBossWay(boss: Boss, url: string, { pause }: Pick<PgBossDependencies, "pause">): FleetWay {
  let prepared: Promise<void> | undefined;
  return {
    url,
    async send(path, body, signal) {
      await (prepared ??= prepare(boss).catch((error: unknown) => ((prepared = undefined), Promise.reject(error))));
      const id = await boss.send(QUEUE, { path, body: await put(boss, Buffer.from(body)) });
      if (id === null) throw new Error(`${url} does not take the request`);
      const wanted = AbortSignal.any([signal, AbortSignal.timeout(REQUEST_SECONDS * 1000)]);
      try {
        for (;;) {
          wanted.throwIfAborted();
          const [job] = await boss.findJobs(QUEUE, { id });
          if (job?.state === "completed") return await readAnswer(boss, job.output);
          if (job?.state !== "created" && job?.state !== "active") throw new Error(`no ecosystem answers by way of ${url}`);
          await pause(POLL_MS, wanted);
        }
      } finally {
        await boss.deleteJob(QUEUE, id).catch(() => undefined);
      }
    },
  };
}

async function readAnswer(boss: Boss, output: unknown): Promise<Response> {
  const { status, body } = v.parse(answerData, output);
  const bytes = status === 204 ? null : Buffer.from(await get(boss, body as BlobId));
  return new Response(bytes, { status });
}

/** Writes an answer to the worker's queue, or undoes it if the worker has cancelled the request. */
async function deliver(boss: Boss, id: string, { status, body, undelivered }: FleetAnswer): Promise<void> {
  let isDelivered = false;
  try {
    const { affected } = await boss.complete(QUEUE, id, { status, body: await put(boss, body) });
    isDelivered = affected > 0;
  } finally {
    if (!isDelivered) undelivered?.();
  }
}

/** Answers the requests that workers put into Postgres by a fleet's service, until it is stopped. */
export function answerPgBoss(boss: Boss, service: FleetService, { pause, onTrouble }: PgBossDependencies): Running {
  const end = new AbortController();
  /** Pending answers by request; aborted when its worker has cancelled it. */
  const answering = new Map<string, { readonly gone: AbortController; readonly answered: Promise<void> }>();
  let told: string | undefined;
  const tell = (reason: string | undefined): void => {
    if (reason !== told) onTrouble?.(reason);
    told = reason;
  };
  const answerOne = async (id: string, data: unknown, gone: AbortSignal): Promise<void> => {
    const { path, body } = v.parse(requestData, data);
    const request: unknown = JSON.parse(Buffer.from(await get(boss, body as BlobId)).toString());
    await deliver(boss, id, await service.answer(path, request, gone));
  };
  const begin = (id: string, data: unknown): void => {
    const gone = new AbortController();
    // Its worker asks again; where the database is away the request runs out.
    const refuse = (error: unknown): Promise<unknown> => boss.fail(QUEUE, id, { reason: reasonOf(error) });
    const answered = answerOne(id, data, AbortSignal.any([gone.signal, end.signal]))
      .catch(refuse)
      .then(
        () => undefined,
        () => undefined,
      );
    answering.set(id, { gone, answered });
    void answered.finally(() => answering.delete(id));
  };
  const forgetGone = async (): Promise<void> => {
    const open = new Set((await boss.findJobs(QUEUE)).map(({ id }) => id));
    for (const [id, { gone }] of answering) if (!open.has(id)) gone.abort(new Error("the worker has given up its request"));
  };
  const run = async (): Promise<void> => {
    for (let isPrepared = false; !end.signal.aborted;) {
      try {
        if (!isPrepared) await prepare(boss);
        isPrepared = true;
        const requests = await boss.fetch(QUEUE, { batchSize: Math.max(1, MOST_AT_ONCE - answering.size) });
        tell(undefined);
        for (const { id, data } of requests) begin(id, data);
        if (requests.length > 0) continue;
        await forgetGone();
        await boss.getDb().executeSql(OLD);
        await pause(POLL_MS, end.signal);
      } catch (error) {
        tell(reasonOf(error));
        await pause(RETRY_MS, end.signal);
      }
    }
    await Promise.all([...answering.values()].map(({ answered }) => answered));
  };
  const ended = run();
  return { ended, stop: () => (end.abort(), ended) };
}
