import * as v from "valibot";
import { reasonOf } from "../errors/reason-of.ts";
import type { Hex } from "../protocol/hex.ts";
import type { ProofProgress } from "../prover/job.ts";
import type { Prover } from "../prover/prover.ts";
import { FleetError } from "./fleet-error.ts";
import type { FleetErrorCode } from "./fleet-error.ts";
import type { WorkerProgress } from "./fleet.ts";
import { decodeTask, MAX_TASK_BYTES } from "./proof-task.ts";
import { PATHS, refusal, TASK_HEADERS } from "./wire.ts";

interface WorkerOptions {
  /** Where an ecosystem serves its fleet. */
  readonly url: string;
  readonly token: string;
  /** What it calls itself. */
  readonly name: string;
  /** Whether it ends after one proof. Default false. */
  readonly once?: boolean;
}

/** What a worker did. */
export type WorkerEvent =
  /** The ecosystem does not answer, or has too many workers: it asks again by itself. Told once for each reason. */
  | { readonly type: "waiting"; readonly reason: string }
  | { readonly type: "task"; readonly id: Hex }
  | { readonly type: "progress"; readonly id: Hex; readonly progress: ProofProgress }
  | { readonly type: "proved"; readonly id: Hex; readonly bytes: number; readonly seconds: number }
  /** The proof is needed no more, or could not be made, or was refused. */
  | { readonly type: "dropped"; readonly id: Hex; readonly reason: string };

interface WorkerDependencies {
  readonly prover: Prover;
  /** Waits, or ends early when the signal is aborted. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly onEvent: (event: WorkerEvent) => void;
}

interface TakenTask {
  readonly id: Hex;
  readonly lease: string;
  readonly leaseMs: number;
  readonly bytes: Uint8Array;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
/** Of an answer that is no task: a refusal has some hundred. */
const MAX_ANSWER_BYTES = 2 ** 16;
/** Beats that a lease outlasts. */
const BEATS = 3;

/**
 * Takes tasks, proves them and sends the proofs, until the signal is aborted: then it gives back what it has. Rejects with
 * FleetError BadToken or BadRequest; everything else only delays it.
 */
export async function runWorker(options: WorkerOptions, dependencies: WorkerDependencies, signal: AbortSignal): Promise<void> {
  const { pause, onEvent } = dependencies;
  let pauseMs = FIRST_PAUSE_MS;
  let told = "";
  while (!signal.aborted) {
    let task: TakenTask | undefined;
    try {
      task = await take(options, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof FleetError && (error.code === "BadToken" || error.code === "BadRequest")) throw error;
      const reason = reasonOf(error);
      if (reason !== told) onEvent({ type: "waiting", reason });
      told = reason;
      await pause(pauseMs, signal);
      pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
      continue;
    }
    told = "";
    pauseMs = FIRST_PAUSE_MS;
    if (task === undefined) continue;
    const isProved = await work(task, options, dependencies, signal);
    if (isProved && options.once === true) return;
  }
}

/** True where the proof was taken. */
async function work(
  task: TakenTask,
  options: WorkerOptions,
  dependencies: WorkerDependencies,
  signal: AbortSignal,
): Promise<boolean> {
  const { prover, onEvent } = dependencies;
  const { id, lease } = task;
  onEvent({ type: "task", id });
  const lost = new AbortController();
  let progress: WorkerProgress = { phase: "trace", fraction: 0 };
  let news = new AbortController();
  const beating = beat(task, options, dependencies, lost, () => {
    news = new AbortController();
    return { progress, news: news.signal };
  });
  try {
    const { proof, metrics } = await prover.proveBatch(decodeTask(task), {
      signal: AbortSignal.any([signal, lost.signal]),
      onProgress(next) {
        onEvent({ type: "progress", id, progress: next });
        const { phase, fraction } = next;
        // Its own prover begins again: to the fleet the task is still this worker's.
        if (phase === "queued") return;
        const isNews = phase !== progress.phase;
        progress = { phase, fraction };
        if (isNews) news.abort();
      },
    });
    const { seconds, worker: _, ...reported } = metrics;
    const body = { lease, worker: options.name, proof: Buffer.from(proof).toString("base64"), metrics: reported };
    await post(options, PATHS.done, body);
    onEvent({ type: "proved", id, bytes: proof.length, seconds });
    return true;
  } catch (error) {
    onEvent({ type: "dropped", id, reason: reasonOf(error) });
    // Where it is lost already, or the ecosystem is away, the lease runs out.
    if (!(error instanceof FleetError)) await post(options, PATHS.giveBack, { lease }).catch(() => undefined);
    return false;
  } finally {
    lost.abort();
    await beating;
  }
}

/**
 * Says that the worker is at it, at each phase and often enough to keep the lease, until `lost` is aborted; aborts it where the
 * task is another's. `look` tells how far the proof is, and what is aborted at the next phase.
 */
async function beat(
  { lease, leaseMs }: TakenTask,
  options: WorkerOptions,
  { pause }: WorkerDependencies,
  lost: AbortController,
  look: () => { readonly progress: WorkerProgress; readonly news: AbortSignal },
): Promise<void> {
  for (let { news } = look(); ;) {
    if (!news.aborted) await pause(leaseMs / BEATS, AbortSignal.any([lost.signal, news]));
    if (lost.signal.aborted) return;
    const now = look();
    news = now.news;
    const { phase, fraction } = now.progress;
    try {
      await post(options, PATHS.extend, { lease, phase, fraction });
    } catch (error) {
      if (error instanceof FleetError && error.code === "LeaseLost") lost.abort(error);
      // An ecosystem that is away may be back before the lease has run out.
    }
  }
}

async function take({ url, token, name }: WorkerOptions, signal: AbortSignal): Promise<TakenTask | undefined> {
  const answer = await request({ url, token }, PATHS.take, { worker: name }, signal);
  if (answer.status === 204) return undefined;
  const { headers } = answer;
  const [id, lease, leaseMs] = [TASK_HEADERS.id, TASK_HEADERS.lease, TASK_HEADERS.leaseMs].map((header) => headers.get(header));
  if (id == null || lease == null || !(Number(leaseMs) > 0))
    throw new FleetError("BadRequest", `what answers at ${url} is no fleet; give the URL that hyperchain:status shows`);
  return { id: id as Hex, lease, leaseMs: Number(leaseMs), bytes: await read(answer, MAX_TASK_BYTES, "the task") };
}

/** What an answer holds. Rejects with RangeError as soon as it is longer: its header may say less, or nothing. */
async function read({ headers, body }: Response, maxBytes: number, what: string): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let left = maxBytes;
  const tooLarge = (): RangeError => new RangeError(`${what} is too large, of more than ${maxBytes} bytes`);
  if (Number(headers.get("content-length")) > left) {
    await body?.cancel();
    throw tooLarge();
  }
  // To end the loop ends the connection.
  for await (const piece of body ?? []) {
    left -= piece.length;
    if (left < 0) throw tooLarge();
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

async function post(options: Pick<WorkerOptions, "url" | "token">, path: string, body: object): Promise<void> {
  const answer = await request(options, path, body, AbortSignal.timeout(LONGEST_PAUSE_MS));
  await read(answer, MAX_ANSWER_BYTES, "the answer");
}

/** Rejects with FleetError where the fleet refuses, and with the transport's error. */
async function request(
  { url, token }: Pick<WorkerOptions, "url" | "token">,
  path: string,
  body: object,
  signal: AbortSignal,
): Promise<Response> {
  const answer = await fetch(new URL(path, url), {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
    signal,
  });
  if (answer.ok) return answer;
  const refused = v.safeParse(refusal, await jsonOf(answer));
  if (!refused.success || answer.status >= 500) throw new Error(`${url} answers ${answer.status}`);
  const { code, message } = refused.output.error;
  throw new FleetError(code as FleetErrorCode, message);
}

async function jsonOf(answer: Response): Promise<unknown> {
  try {
    return JSON.parse((await read(answer, MAX_ANSWER_BYTES, "the answer")).toString());
  } catch {
    return undefined;
  }
}
