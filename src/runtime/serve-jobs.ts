import type { MessagePort } from "node:worker_threads";
import type { ThreadReply, ThreadRequest } from "./job-thread.ts";

/** What a job may tell, and how it hears that it is not wanted any more. */
export interface JobContext<Progress> {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/**
 * The thread's end of a `JobThread`: does each job and replies. What `failureOf` throws ends the thread, so that its owner loses
 * it with the job.
 */
export function serveJobs<Job, Result, Progress, Failure>(
  port: MessagePort,
  work: (job: Job, context: JobContext<Progress>) => Promise<Result>,
  failureOf: (error: unknown) => Failure,
): void {
  const running = new Map<number, AbortController>();
  const reply = (message: ThreadReply<Result, Progress, Failure>): void => port.postMessage(message);
  const run = async (id: number, job: Job): Promise<void> => {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const onProgress = (progress: Progress): void => reply({ type: "progress", id, progress });
      reply({ type: "done", id, result: await work(job, { signal: controller.signal, onProgress }) });
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
