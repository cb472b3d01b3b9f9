import { createHash, timingSafeEqual } from "node:crypto";
import type { AddressInfo } from "node:net";
import Fastify from "fastify";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import * as v from "valibot";
import type { Clock } from "../runtime/clock.ts";
import type { BlobStore } from "./blobs.ts";
import { FleetError } from "./fleet-error.ts";
import type { FleetErrorCode } from "./fleet-error.ts";
import { MOST_OUTPUT_BYTES } from "./job.ts";
import type { BlobId } from "./job.ts";
import type { JobLeases } from "./queue.ts";
import { blobRequest, doneRequest, extendRequest, giveBackRequest, PATHS, takeRequest, writeTask } from "./wire.ts";

interface QueueServerOptions {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** What a worker must show. */
  readonly token: string;
  /** Whether the process may end while the server runs. Default false. */
  readonly inBackground?: boolean;
}

/** Serves a queue's jobs over HTTP. */
export interface QueueServer {
  readonly url: string;
  /** Ends all connections. */
  close(): Promise<void>;
}

/** How long a request for a task is kept open. */
const WAIT_MS = 25_000;
/** For a whole request to arrive. */
const REQUEST_MS = 30_000;
const MAX_CONNECTIONS = 256;
/** A proof in base64, and what is said of it. */
const MAX_BODY_BYTES = 2 * Math.max(...Object.values(MOST_OUTPUT_BYTES));

interface Served {
  readonly queue: JobLeases;
  readonly blobs: Pick<BlobStore, "get">;
  readonly clock: Clock;
}

const STATUS: Readonly<Record<FleetErrorCode, number>> = {
  BadRequest: 400,
  BadToken: 401,
  LeaseLost: 410,
  ProofRefused: 422,
  WorkerPaused: 429,
  TooManyWorkers: 503,
};

/** Starts the server. Rejects where the port is in use. */
export async function startQueueServer(
  { host, port, token, inBackground = false }: QueueServerOptions,
  served: Served,
): Promise<QueueServer> {
  const http = Fastify({ bodyLimit: MAX_BODY_BYTES, forceCloseConnections: true, requestTimeout: REQUEST_MS, logger: false });
  http.server.maxConnections = MAX_CONNECTIONS;
  http.addHook("onRequest", (request, _reply, done) => done(isAllowed(request, token) ? undefined : badToken()));
  http.setErrorHandler(async (error: Error & { readonly statusCode?: number }, _request, reply) => refuse(reply, error));
  http.setNotFoundHandler(async (_request, reply) =>
    refuse(
      reply,
      new FleetError("BadRequest", "there is no such request; run hyperchain:prover of the same version as the ecosystem"),
    ),
  );
  addRoutes(http, served);
  await http.listen({ host, port });
  if (inBackground) http.server.unref();
  const { port: listening } = http.server.address() as AddressInfo;
  return { url: `http://${host.includes(":") ? `[${host}]` : host}:${listening}`, close: () => http.close() };
}

function addRoutes(http: FastifyInstance, { queue, blobs, clock }: Served): void {
  /** What each worker may read: the bytes of its own task. */
  const readable = new Map<string, ReadonlySet<BlobId>>();
  http.post(PATHS.take, async (request, reply) => {
    const { worker: name, kinds } = read(takeRequest, request);
    const gone = new AbortController();
    reply.raw.once("close", () => gone.abort());
    const cancelWait = clock.after(WAIT_MS, () => gone.abort());
    const lease = await queue.take({ name, kinds }, gone.signal).finally(cancelWait);
    if (lease === undefined) return reply.code(204).send();
    const { id, leaseMs, task, signal } = lease;
    if (reply.raw.destroyed) {
      // The worker left just when it got the task.
      queue.giveBack(id);
      return reply.hijack();
    }
    readable.set(id, new Set([task.job.input, ...task.needs]));
    signal.addEventListener("abort", () => readable.delete(id), { once: true });
    return reply.send({ lease: id, leaseMs, task: writeTask(task) });
  });
  http.post(PATHS.blob, async (request, reply) => {
    const { lease, blob } = read(blobRequest, request);
    const bytes = readable.get(lease)?.has(blob) === true ? await blobs.get(blob) : undefined;
    if (bytes === undefined)
      throw new FleetError("LeaseLost", `the task of which ${blob} is a part is another worker's, or done`);
    return reply.type("application/octet-stream").send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  });
  http.post(PATHS.extend, async (request) => {
    const { lease, phase, fraction } = read(extendRequest, request);
    queue.extend(lease, { phase, fraction });
    return {};
  });
  http.post(PATHS.done, async (request) => {
    const { lease, worker, statement, proof, metrics } = read(doneRequest, request);
    const made = { statement: Buffer.from(statement, "base64"), output: Buffer.from(proof, "base64"), metrics };
    await queue.complete(lease, worker, made);
    return {};
  });
  http.post(PATHS.giveBack, async (request) => {
    queue.giveBack(read(giveBackRequest, request).lease);
    return {};
  });
}

/** Compares in the same time whatever is wrong. */
function isAllowed({ headers }: FastifyRequest, token: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(headers.authorization ?? ""), digest(`Bearer ${token}`));
}

function badToken(): FleetError {
  return new FleetError("BadToken", "the token is not that of the ecosystem's prover.fleet; give the same one by --token");
}

function read<const S extends v.GenericSchema>(schema: S, { body }: FastifyRequest): v.InferOutput<S> {
  const result = v.safeParse(schema, body, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new FleetError("BadRequest", `${v.getDotPath(issue) ?? "the body"}: ${issue.message}`);
}

function refuse(reply: FastifyReply, error: Error & { readonly statusCode?: number }): FastifyReply {
  const { code, status } =
    error instanceof FleetError
      ? { code: error.code, status: STATUS[error.code] }
      : { code: "BadRequest", status: error.statusCode ?? 500 };
  return reply.code(status).send({ error: { code, message: error.message } });
}
