import type { FastifyReply } from "fastify";
import type { FleetAnswer, FleetService } from "./fleet-service.ts";
import { MAX_OUTPUT_BYTES } from "./job.ts";

/** A proof in base64, and what is said of it. */
export const MAX_BODY_BYTES = 2 * Math.max(...Object.values(MAX_OUTPUT_BYTES));

/** Answers a worker's request over HTTP. If its worker disconnects before the answer, the request is undone. */
export async function answerWorker(
  service: FleetService,
  { path, body }: { readonly path: string; readonly body: unknown },
  reply: FastifyReply,
): Promise<FastifyReply> {
  const gone = new AbortController();
  reply.raw.once("close", () => gone.abort());
  const answered = await service.answer(path, body, gone.signal);
  if (!reply.raw.destroyed) return send(reply, answered);
  answered.undelivered?.();
  return reply.hijack();
}

/** Sends an answer unchanged. */
export function send(reply: FastifyReply, { status, type, body }: FleetAnswer): FastifyReply {
  if (status === 204) return reply.code(status).send();
  return reply
    .code(status)
    .type(type)
    .send(Buffer.from(body.buffer, body.byteOffset, body.length));
}
