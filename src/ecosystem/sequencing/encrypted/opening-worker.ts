import { Worker } from "node:worker_threads";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { JobThread } from "../../../ground/runtime/job-thread.ts";
import type { OpeningAnswer, OpeningJob, OpenRequest } from "./opening-requests.ts";

/** The compiled package runs `.js`, a checkout runs `.ts`: the thread's file has the extension of this file. */
const threadFile = new URL(import.meta.url.endsWith(".ts") ? "./opening-thread.ts" : "./opening-thread.js", import.meta.url);
/** Loading the curve takes longer than opening an envelope. */
const IDLE_TIMEOUT_MS = 600_000;
const MAX_LOST_THREADS = 2;

/** Thread that makes key shares and opens envelopes. It starts with its first job. */
export class OpeningWorker {
  readonly #thread: JobThread<OpeningJob, OpeningAnswer, undefined, string>;

  constructor() {
    this.#thread = new JobThread({
      startThread: () => new Worker(threadFile, { execArgv: [] }),
      idleTimeoutMs: IDLE_TIMEOUT_MS,
      mostLostThreads: MAX_LOST_THREADS,
      queued: undefined,
      errors: {
        closed: () => new Error("the nodes that open envelopes are closed"),
        stopped: () => new Error("the nodes that open envelopes are closed"),
        lost: (_threads, cause) => new Error("the thread that opens envelopes was lost", { cause }),
        failed: (reason) => new Error(`an envelope could not be opened: ${reason}`),
      },
    });
  }

  /** Share in the key of an identity. */
  async share(identity: Hex, secret: bigint): Promise<Hex> {
    const answer = await this.#thread.run({ type: "share", identity, secret });
    if (answer.type !== "share") throw new TypeError(`the thread answered a request for a share with ${answer.type}`);
    return answer.share;
  }

  /** Opens a ciphertext, or finds the forged shares. */
  async open(request: OpenRequest): Promise<Exclude<OpeningAnswer, { readonly type: "share" }>> {
    const answer = await this.#thread.run({ type: "open", ...request });
    if (answer.type === "share") throw new TypeError("the thread answered a request to open with a share");
    return answer;
  }

  close(): Promise<void> {
    return this.#thread.close();
  }
}
