import { createHash, timingSafeEqual } from "node:crypto";
import type { AddressInfo } from "node:net";
import Fastify from "fastify";
import type { FastifyReply, FastifyRequest } from "fastify";
import { FleetError } from "./fleet-error.ts";
import { refusalOf } from "./fleet-service.ts";
import type { FleetAnswer, FleetService } from "./fleet-service.ts";
import { MOST_OUTPUT_BYTES } from "./job.ts";
import { PATHS } from "./wire.ts";

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
interface QueueServer {
  readonly url: string;
  /** Ends all connections. */
  close(): Promise<void>;
}

/** For a whole request to arrive. */
const REQUEST_MS = 30_000;
const MAX_CONNECTIONS = 256;
/** A proof in base64, and what is said of it. */
const MAX_BODY_BYTES = 2 * Math.max(...Object.values(MOST_OUTPUT_BYTES));

/** Starts the server. Rejects where the port is in use. */
export async function startQueueServer(
  { host, port, token, inBackground = false }: QueueServerOptions,
  service: FleetService,
): Promise<QueueServer> {
  const http = Fastify({ bodyLimit: MAX_BODY_BYTES, forceCloseConnections: true, requestTimeout: REQUEST_MS, logger: false });
  http.server.maxConnections = MAX_CONNECTIONS;
  http.addHook("onRequest", (request, _reply, done) => done(isAllowed(request, token) ? undefined : badToken()));
  http.setErrorHandler(async (error: Error, _request, reply) => send(reply, refusalOf(error)));
  const answer = async ({ url, body }: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const gone = new AbortController();
    reply.raw.once("close", () => gone.abort());
    const answered = await service.answer(url, body, gone.signal);
    if (!reply.raw.destroyed) return send(reply, answered);
    answered.undelivered?.();
    return reply.hijack();
  };
  http.setNotFoundHandler(answer);
  for (const path of Object.values(PATHS)) http.post(path, answer);
  await http.listen({ host, port });
  if (inBackground) http.server.unref();
  const { port: listening } = http.server.address() as AddressInfo;
  return { url: `http://${host.includes(":") ? `[${host}]` : host}:${listening}`, close: () => http.close() };
}

function send(reply: FastifyReply, { status, type, body }: FleetAnswer): FastifyReply {
  if (status === 204) return reply.code(status).send();
  return reply
    .code(status)
    .type(type)
    .send(Buffer.from(body.buffer, body.byteOffset, body.length));
}

/** Compares in the same time whatever is wrong. */
function isAllowed({ headers }: FastifyRequest, token: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(headers.authorization ?? ""), digest(`Bearer ${token}`));
}

function badToken(): FleetError {
  return new FleetError("BadToken", "the token is not that of the ecosystem's prover.fleet; give the same one by --token");
}
