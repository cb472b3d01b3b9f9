import type { MessagePort, Transferable } from "node:worker_threads";
import type { ThreadReply, ThreadRequest } from "./job-thread.ts";

/** Functions of a job that report its progress and receive its cancellation. */
interface JobContext<Progress> {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/**
 * The thread's end of a `JobThread`: does each job and replies. What `failureOf` throws ends the thread, so that its owner loses
 * it with the job. What `transferOf` names of a result is moved to the owner, not copied.
 */
export function serveJobs<Job, Result, Progress, Failure>(
  port: MessagePort,
  work: (job: Job, context: JobContext<Progress>) => Promise<Result>,
  failureOf: (error: unknown) => Failure,
  transferOf: (result: Result) => readonly Transferable[] = () => [],
): void {
  const running = new Map<number, AbortController>();
  const reply = (message: ThreadReply<Result, Progress, Failure>, transfer: readonly Transferable[] = []): void =>
    port.postMessage(message, transfer);
  const run = async (id: number, job: Job): Promise<void> => {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const onProgress = (progress: Progress): void => reply({ type: "progress", id, progress });
      const result = await work(job, { signal: controller.signal, onProgress });
      reply({ type: "done", id, result }, transferOf(result));
    } catch (error) {
      reply({ type: "failed", id, failure: failureOf(error) });
    } finally {
      running.delete(id);
    }
  };
  port.on("message", (request: ThreadRequest<Job>) => {
    if (request.type === "job") void run(request.id, request.job);
    else running.get(request.id)?.abort(new Error("the proof was cancelled"));
  });
}
