import * as v from "valibot";
import { reasonOf } from "../../ground/errors/reason-of.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import { concat } from "../stark/transcripts/bytes.ts";
import { checkedBlob } from "./blobs.ts";
import { FleetError, type FleetErrorCode } from "./fleet-error.ts";
import { jobId, MAX_INPUT_BYTES, type BlobId, type ProofTask, type WorkerProgress } from "./job.ts";
import { handsOf, type JobQueue, type ProverPort, type WorkOptions } from "./queue.ts";
import { leaseAnswer, PATHS, refusal } from "./wire.ts";

interface QueueAddress {
  /** URL at which an ecosystem serves its jobs. */
  readonly url: string;
  readonly token: string;
}

interface WorkDependencies {
  /** Waits, or ends early when the signal is aborted. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Endpoint of an ecosystem, and its requests. */
export interface FleetWay {
  /** Name of the endpoint in messages. */
  readonly url: string;
  /** Brings a request, which is JSON, to the ecosystem's fleet, and the answer back. Rejects with the carrier's error. */
  readonly send: (path: string, body: string, signal: AbortSignal) => Promise<Response>;
}

/** Dependencies of a worker. */
interface Workplace extends FleetWay, WorkDependencies {
  readonly port: ProverPort;
  readonly options: WorkOptions;
}

/** A lease as its worker has it. */
interface TakenTask {
  readonly lease: Hex;
  readonly leaseMs: number;
  readonly task: ProofTask;
}

/**
 * The worker's side of a queue that is served over HTTP: takes tasks, proves them and sends the proofs. `ended` rejects with
 * FleetError BadToken or BadRequest; everything else only delays it.
 */
export function httpQueue({ url, token }: QueueAddress, dependencies: WorkDependencies): Pick<JobQueue, "work"> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const send: FleetWay["send"] = (path, body, signal) => fetch(new URL(path, url), { method: "POST", headers, body, signal });
  return workAt({ url, send }, dependencies);
}

/** Queue for workers, whatever transports the requests. */
export function workAt(way: FleetWay, dependencies: WorkDependencies): Pick<JobQueue, "work"> {
  return {
    work(port, options) {
      const end = new AbortController();
      const place = { ...way, ...dependencies, port, options };
      const hands = Array.from({ length: handsOf(port, options) }, () => runWorker(place, end.signal));
      const ended = Promise.all(hands).then(() => undefined);
      return { ended, stop: () => (end.abort(new Error("this worker was ended")), ended) };
    },
  };
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
/** Maximum size of an answer without a task: a refusal has some hundred. */
const MAX_ANSWER_BYTES = 2 ** 16;
/** Beats that a lease outlasts. */
const BEATS = 3;

async function runWorker(place: Workplace, signal: AbortSignal): Promise<void> {
  const { onEvent } = place.options;
  let pauseMs = FIRST_PAUSE_MS;
  let told = "";
  while (!signal.aborted) {
    let taken: TakenTask | undefined;
    try {
      taken = await take(place, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof FleetError && (error.code === "BadToken" || error.code === "BadRequest")) throw error;
      const reason = reasonOf(error);
      if (reason !== told) onEvent?.({ type: "waiting", reason });
      told = reason;
      await place.pause(pauseMs, signal);
      pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
      continue;
    }
    told = "";
    pauseMs = FIRST_PAUSE_MS;
    if (taken === undefined) continue;
    const isProved = await prove(taken, place, signal);
    if (isProved && place.options.once === true) return;
  }
}

/** True where the proof was taken. */
async function prove(assignment: TakenTask, place: Workplace, signal: AbortSignal): Promise<boolean> {
  const { name, onEvent } = place.options;
  const { task, lease } = assignment;
  const id = jobId(task.job);
  onEvent?.({ type: "task", id });
  const begun = performance.now();
  const lost = new AbortController();
  let progress: WorkerProgress = { phase: "trace", fraction: 0 };
  let news = new AbortController();
  const beating = beat(assignment, place, lost, () => {
    news = new AbortController();
    return { progress, news: news.signal };
  });
  try {
    const wanted = AbortSignal.any([signal, lost.signal]);
    const blobs = { get: (blob: BlobId) => readBlob(place, lease, blob, wanted) };
    const { statement, output, metrics } = await place.port.prove(task, blobs, {
      signal: wanted,
      onProgress(next) {
        onEvent?.({ type: "progress", id, progress: next });
        const { phase, fraction } = next;
        // Its prover restarts: for the queue the task is still this worker's.
        if (phase === "queued") return;
        const isNews = phase !== progress.phase;
        progress = { phase, fraction };
        if (isNews) news.abort();
      },
    });
    const [stated, proof] = [statement, output].map(toBase64);
    await post(place, PATHS.done, { lease, worker: name, statement: stated, proof, metrics });
    onEvent?.({ type: "proved", id, bytes: output.length, seconds: (performance.now() - begun) / 1000 });
    return true;
  } catch (error) {
    onEvent?.({ type: "dropped", id, reason: reasonOf(error) });
    // Where it is lost already, or the ecosystem is away, the lease runs out.
    if (!(error instanceof FleetError)) await post(place, PATHS.giveBack, { lease }).catch(() => undefined);
    return false;
  } finally {
    lost.abort();
    await beating;
  }
}

/**
 * Extends the lease, at each phase and often enough, until `lost` is aborted; aborts it if the task is another's. `look`
 * returns the progress of the proof, and the signal that is aborted at the next phase.
 */
async function beat(
  { lease, leaseMs }: TakenTask,
  place: Workplace,
  lost: AbortController,
  look: () => { readonly progress: WorkerProgress; readonly news: AbortSignal },
): Promise<void> {
  for (let { news } = look(); ;) {
    if (!news.aborted) await place.pause(leaseMs / BEATS, AbortSignal.any([lost.signal, news]));
    if (lost.signal.aborted) return;
    const now = look();
    news = now.news;
    const { phase, fraction } = now.progress;
    try {
      await post(place, PATHS.extend, { lease, phase, fraction });
    } catch (error) {
      if (error instanceof FleetError && error.code === "LeaseLost") lost.abort(error);
      // An ecosystem that is away may be back before the lease has run out.
    }
  }
}

async function take({ port, options, ...way }: Workplace, signal: AbortSignal): Promise<TakenTask | undefined> {
  const body = { worker: options.name, kinds: port.kinds };
  const answer = await request(way, PATHS.take, body, signal);
  if (answer.status === 204) return undefined;
  const read = v.safeParse(leaseAnswer, await jsonOf(answer));
  if (!read.success)
    throw new FleetError("BadRequest", `no fleet answers at ${way.url}; pass the URL that hyperchain:status shows`);
  return read.output;
}

async function readBlob(place: FleetWay, lease: Hex, blob: BlobId, signal: AbortSignal): Promise<Uint8Array> {
  const answer = await request(place, PATHS.blob, { lease, blob }, signal);
  return checkedBlob(blob, await read(answer, MAX_INPUT_BYTES, "the task"));
}

/**
 * Reads an answer. Rejects with RangeError as soon as it exceeds the limit: its header may have a smaller length, or
 * none.
 */
async function read({ headers, body }: Response, maxBytes: number, subject: string): Promise<Uint8Array> {
  const tooLarge = (): RangeError => new RangeError(`${subject} is too large, of more than ${maxBytes} bytes`);
  if (Number(headers.get("content-length")) > maxBytes) {
    await body?.cancel();
    throw tooLarge();
  }
  const pieces: Uint8Array[] = [];
  let length = 0;
  // Not by a loop over the body, which browsers do not all have.
  const reader = (body as ReadableStream<Uint8Array> | null)?.getReader();
  for (let piece = await reader?.read(); piece?.value !== undefined; piece = await reader?.read()) {
    length += piece.value.length;
    pieces.push(piece.value);
    if (length <= maxBytes) continue;
    await reader?.cancel();
    throw tooLarge();
  }
  return concat(pieces);
}

async function post(way: FleetWay, path: string, body: object): Promise<void> {
  const answer = await request(way, path, body, AbortSignal.timeout(LONGEST_PAUSE_MS));
  await read(answer, MAX_ANSWER_BYTES, "the answer");
}

/** Rejects with FleetError where the fleet refuses, and with the transport's error. */
async function request({ url, send }: FleetWay, path: string, body: object, signal: AbortSignal): Promise<Response> {
  const answer = await send(path, JSON.stringify(body), signal);
  if (answer.ok) return answer;
  const refused = v.safeParse(refusal, await jsonOf(answer));
  if (!refused.success || answer.status >= 500) throw new Error(`${url} answers ${answer.status}`);
  const { code, message } = refused.output.error;
  throw new FleetError(code as FleetErrorCode, message);
}

async function jsonOf(answer: Response): Promise<unknown> {
  try {
    return JSON.parse(new TextDecoder().decode(await read(answer, MAX_ANSWER_BYTES, "the answer")));
  } catch {
    return undefined;
  }
}

/** Characters of a text that are made in one call. */
const CHARACTERS = 2 ** 15;

/** Encodes base64, also in a browser. */
function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += CHARACTERS) text += String.fromCharCode(...bytes.subarray(at, at + CHARACTERS));
  return btoa(text);
}
