import { createHash, timingSafeEqual } from "node:crypto";
import type { AddressInfo } from "node:net";
import Fastify from "fastify";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import * as v from "valibot";
import type { Clock } from "../runtime/clock.ts";
import { FleetError } from "./fleet-error.ts";
import type { FleetErrorCode } from "./fleet-error.ts";
import type { FleetPort } from "./fleet.ts";
import { MAX_PROOF_BYTES } from "./proof-task.ts";
import { doneRequest, extendRequest, giveBackRequest, PATHS, takeRequest, TASK_HEADERS } from "./wire.ts";

interface FleetServerOptions {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** What a worker must show. */
  readonly token: string;
  /** Whether the process may end while the server runs. Default false. */
  readonly inBackground?: boolean;
}

/** Serves a fleet's tasks over HTTP. */
export interface FleetServer {
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
const MAX_BODY_BYTES = 2 * MAX_PROOF_BYTES;

const STATUS: Readonly<Record<FleetErrorCode, number>> = {
  BadRequest: 400,
  BadToken: 401,
  LeaseLost: 410,
  ProofRefused: 422,
  WorkerPaused: 429,
  TooManyWorkers: 503,
};

/** Starts the server. Rejects where the port is in use. */
export async function startFleetServer(
  { host, port, token, inBackground = false }: FleetServerOptions,
  { fleet, clock }: { readonly fleet: FleetPort; readonly clock: Clock },
): Promise<FleetServer> {
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
  addRoutes(http, fleet, clock);
  await http.listen({ host, port });
  if (inBackground) http.server.unref();
  const { port: listening } = http.server.address() as AddressInfo;
  return { url: `http://${host.includes(":") ? `[${host}]` : host}:${listening}`, close: () => http.close() };
}

function addRoutes(http: FastifyInstance, fleet: FleetPort, clock: Clock): void {
  http.post(PATHS.take, async (request, reply) => {
    const { worker } = read(takeRequest, request);
    const gone = new AbortController();
    reply.raw.once("close", () => gone.abort());
    const cancelWait = clock.after(WAIT_MS, () => gone.abort());
    const lease = await fleet.take(worker, gone.signal).finally(cancelWait);
    if (lease === undefined) return reply.code(204).send();
    if (reply.raw.destroyed) {
      // The worker left just when it got the task.
      fleet.giveBack(lease.id);
      return reply.hijack();
    }
    return reply
      .headers({
        [TASK_HEADERS.id]: lease.task.id,
        [TASK_HEADERS.lease]: lease.id,
        [TASK_HEADERS.leaseMs]: String(lease.leaseMs),
      })
      .type("application/octet-stream")
      .send(Buffer.from(lease.task.bytes));
  });
  http.post(PATHS.extend, async (request) => {
    const { lease, phase, fraction } = read(extendRequest, request);
    fleet.extend(lease, { phase, fraction });
    return {};
  });
  http.post(PATHS.done, async (request) => {
    const { lease, worker, proof, metrics } = read(doneRequest, request);
    fleet.done(lease, worker, Buffer.from(proof, "base64"), metrics);
    return {};
  });
  http.post(PATHS.giveBack, async (request) => {
    fleet.giveBack(read(giveBackRequest, request).lease);
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
