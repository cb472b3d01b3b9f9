import type { FastifyInstance, FastifyRequest } from "fastify";
import { answerWorker, MAX_BODY_BYTES, send } from "../../proofs/proving/answer-worker.ts";
import { FleetError } from "../../proofs/proving/fleet-error.ts";
import { refusalOf, type FleetService } from "../../proofs/proving/fleet-service.ts";
import { PATHS } from "../../proofs/proving/wire.ts";

/** Prefix of a worker's paths. */
const AT = "/fleet";

/**
 * Passes requests of browsers that prove on to the ecosystem's fleet: the token is looked at before a body is read. `workers`
 * undefined: there is no fleet.
 */
export function relayWorkers(
  http: FastifyInstance,
  workers: FleetService | undefined,
  mayJoin: (request: FastifyRequest) => boolean,
): void {
  const service = workers ?? { answer: () => Promise.resolve(refusalOf(nothingProven())) };
  for (const path of Object.values(PATHS))
    http.post(`${AT}${path}`, {
      bodyLimit: MAX_BODY_BYTES,
      onRequest: async (request, reply) => (mayJoin(request) ? undefined : send(reply, refusalOf(badToken()))),
      errorHandler: (error: Error, _request, reply) => void send(reply, refusalOf(error)),
      handler: ({ body }, reply) => answerWorker(service, { path, body }, reply),
    });
}

function nothingProven(): FleetError {
  return new FleetError("BadRequest", "this ecosystem proves nothing, so there is nothing to prove for it");
}

function badToken(): FleetError {
  return new FleetError(
    "BadToken",
    "to prove needs the token: open the page by the address that was printed where the ecosystem runs",
  );
}
