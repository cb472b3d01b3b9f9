import * as v from "valibot";
import type { Clock } from "../../ground/runtime/clock.ts";
import type { BlobStore } from "./blobs.ts";
import { FleetError, type FleetErrorCode } from "./fleet-error.ts";
import type { BlobId } from "./job.ts";
import type { JobLeases } from "./queue.ts";
import { PATHS, writeTask } from "./wire.ts";
import { blobRequest, doneRequest, extendRequest, giveBackRequest, takeRequest } from "./wire-requests.ts";

/** An answer to a request of a worker. */
export interface FleetAnswer {
  /** An HTTP status, whatever carries the answer. */
  readonly status: number;
  readonly type: "application/json" | "application/octet-stream";
  readonly body: Uint8Array;
  /** Undoes what the request did, where its worker has gone and cannot have the answer. */
  readonly undelivered?: () => void;
}

/** Service that answers the requests of workers, whatever transports them. */
export interface FleetService {
  /** Never rejects: a refusal is an answer. A request that waits ends when `gone` is aborted. */
  answer(path: string, body: unknown, gone: AbortSignal): Promise<FleetAnswer>;
}

/** Maximum duration of a request for a task. */
const WAIT_MS = 25_000;

interface Served {
  readonly queue: JobLeases;
  readonly blobs: Pick<BlobStore, "get">;
  readonly clock: Clock;
}

type Answering = (body: unknown, gone: AbortSignal) => Promise<FleetAnswer>;

const STATUS: Readonly<Record<FleetErrorCode, number>> = {
  BadRequest: 400,
  BadToken: 401,
  LeaseLost: 410,
  ProofRefused: 422,
  WorkerPaused: 429,
  TooManyWorkers: 503,
};

/** Answers by a queue's leases. */
export function fleetService(served: Served): FleetService {
  const byPath = new Map<string, Answering>(Object.entries(answersOf(served)));
  return {
    async answer(path, body, gone) {
      try {
        const answering = byPath.get(path);
        if (answering === undefined) throw unknownRequest();
        return await answering(body, gone);
      } catch (error) {
        return refusalOf(error as Error);
      }
    },
  };
}

/** Answer to a worker about an error. */
export function refusalOf(error: Error & { readonly statusCode?: number }): FleetAnswer {
  const [code, status] = error instanceof FleetError ? [error.code, STATUS[error.code]] : ["BadRequest", error.statusCode ?? 500];
  return json({ error: { code, message: error.message } }, status);
}

function unknownRequest(): FleetError {
  return new FleetError("BadRequest", "there is no such request; run hyperchain:prover of the same version as the ecosystem");
}

function answersOf({ queue, blobs, clock }: Served): Readonly<Record<string, Answering>> {
  /** Bytes that each worker may read: those of its task. */
  const readable = new Map<string, ReadonlySet<BlobId>>();
  return {
    async [PATHS.take](body, gone) {
      const { worker: name, kinds } = read(takeRequest, body);
      const late = new AbortController();
      const cancelWait = clock.after(WAIT_MS, () => late.abort());
      const lease = await queue.take({ name, kinds }, AbortSignal.any([gone, late.signal])).finally(cancelWait);
      if (lease === undefined) return { status: 204, type: "application/json", body: new Uint8Array() };
      const { id, leaseMs, task, signal } = lease;
      readable.set(id, new Set([task.job.input, ...task.needs]));
      signal.addEventListener("abort", () => readable.delete(id), { once: true });
      return { ...json({ lease: id, leaseMs, task: writeTask(task) }), undelivered: () => queue.giveBack(id) };
    },
    async [PATHS.blob](body) {
      const { lease, blob } = read(blobRequest, body);
      const bytes = readable.get(lease)?.has(blob) === true ? await blobs.get(blob) : undefined;
      if (bytes === undefined)
        throw new FleetError("LeaseLost", `the task of which ${blob} is a part is another worker's, or done`);
      return { status: 200, type: "application/octet-stream", body: bytes };
    },
    async [PATHS.extend](body) {
      const { lease, phase, fraction } = read(extendRequest, body);
      queue.extend(lease, { phase, fraction });
      return json({});
    },
    async [PATHS.done](body) {
      const { lease, worker, statement, proof, metrics } = read(doneRequest, body);
      const made = { statement: Buffer.from(statement, "base64"), output: Buffer.from(proof, "base64"), metrics };
      await queue.complete(lease, worker, made);
      return json({});
    },
    async [PATHS.giveBack](body) {
      queue.giveBack(read(giveBackRequest, body).lease);
      return json({});
    },
  };
}

function json(answer: object, status = 200): FleetAnswer {
  return { status, type: "application/json", body: Buffer.from(JSON.stringify(answer)) };
}

function read<const S extends v.GenericSchema>(schema: S, body: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, body, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new FleetError("BadRequest", `${v.getDotPath(issue) ?? "the body"}: ${issue.message}`);
}
