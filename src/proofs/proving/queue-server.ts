import { createHash, timingSafeEqual } from "node:crypto";
import type { AddressInfo } from "node:net";
import Fastify, { type FastifyReply, type FastifyRequest } from "fastify";
import { limitConnections } from "../../ground/runtime/open-connections.ts";
import { answerWorker, MAX_BODY_BYTES, send } from "./answer-worker.ts";
import { FleetError } from "./fleet-error.ts";
import { refusalOf, type FleetService } from "./fleet-service.ts";
import { PATHS } from "./wire.ts";

interface QueueServerOptions {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** Token that a worker must present. */
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

/** Starts the server. Rejects where the port is in use. */
export async function startQueueServer(
  { host, port, token, inBackground = false }: QueueServerOptions,
  service: FleetService,
): Promise<QueueServer> {
  const http = Fastify({ bodyLimit: MAX_BODY_BYTES, forceCloseConnections: true, requestTimeout: REQUEST_MS, logger: false });
  limitConnections(http.server, MAX_CONNECTIONS);
  http.addHook("onRequest", (request, _reply, done) => done(isAllowed(request, token) ? undefined : badToken()));
  http.setErrorHandler(async (error: Error, _request, reply) => send(reply, refusalOf(error)));
  const answer = ({ url, body }: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> =>
    answerWorker(service, { path: url, body }, reply);
  http.setNotFoundHandler(answer);
  for (const path of Object.values(PATHS)) http.post(path, answer);
  await http.listen({ host, port });
  if (inBackground) http.server.unref();
  const { port: listening } = http.server.address() as AddressInfo;
  return { url: `http://${host.includes(":") ? `[${host}]` : host}:${listening}`, close: () => http.close() };
}

/** Compares in the same time whatever is wrong. */
function isAllowed({ headers }: FastifyRequest, token: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(headers.authorization ?? ""), digest(`Bearer ${token}`));
}

function badToken(): FleetError {
  return new FleetError("BadToken", "the token is not that of the ecosystem's prover.fleet; give the same one by --token");
}
