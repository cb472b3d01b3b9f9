import { useEffect, useState } from "preact/hooks";
import type { DeviceReport } from "../../src/proofs/devices/device-report.ts";
import type { ProofProgress } from "../../src/proofs/prover/job.ts";
import type { WorkerEvent } from "../../src/proofs/proving/queue.ts";
import type { ProveNews, ProveRequest } from "./prove-worker.ts";

/** Progress of this tab's prover. */
export interface BrowserProving {
  readonly state: "off" | "on" | "stopping";
  /** Name of the worker in the ecosystem. */
  readonly name: string;
  readonly report?: DeviceReport;
  /** Progress of the present proof; absent while it waits for a batch. */
  readonly progress?: Pick<ProofProgress, "phase" | "fraction">;
  readonly proofs: number;
  /** Size and duration of the last proof. */
  readonly last?: { readonly bytes: number; readonly seconds: number };
  /** Reason why it waits, abandoned something, or ended. */
  readonly trouble?: string;
}

/** Prover of this tab, which continues while its reader looks at other pages. */
class BrowserProver {
  readonly #listeners = new Set<() => void>();
  #worker: Worker | undefined;
  #proving: BrowserProving = { state: "off", name: "", proofs: 0 };

  get proving(): BrowserProving {
    return this.#proving;
  }

  /** Calls back at each change; returns what ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  start(token: string, threads: number): void {
    const worker = new Worker("/prove-worker.js", { type: "module" });
    this.#worker = worker;
    const name = `browser-${crypto.randomUUID().slice(0, 8)}`;
    this.#set({ state: "on", name, proofs: 0 });
    worker.addEventListener("message", ({ data }: MessageEvent<ProveNews>) => this.#hear(data));
    worker.addEventListener("error", ({ message }) =>
      this.#hear({ type: "ended", reason: `the prover could not run: ${message}` }),
    );
    worker.postMessage({ type: "begin", name, token, threads } satisfies ProveRequest);
  }

  /** Returns unfinished jobs, then stops. */
  stop(): void {
    this.#set({ ...this.#proving, state: "stopping" });
    this.#worker?.postMessage({ type: "stop" } satisfies ProveRequest);
  }

  #hear(news: ProveNews): void {
    if (news.type === "event") return this.#set(after(this.#proving, news.event));
    if (news.type === "device") return this.#set({ ...this.#proving, report: news.report });
    this.#worker?.terminate();
    this.#worker = undefined;
    const { progress: _, trouble: __, ...rest } = this.#proving;
    this.#set({ ...rest, state: "off", ...(news.reason === undefined ? {} : { trouble: news.reason }) });
  }

  #set(proving: BrowserProving): void {
    this.#proving = proving;
    for (const listener of this.#listeners) listener();
  }
}

/** State after an event. */
function after(proving: BrowserProving, event: WorkerEvent): BrowserProving {
  const { progress: _, trouble: __, ...idle } = proving;
  switch (event.type) {
    case "waiting":
      return { ...idle, trouble: event.reason };
    case "task":
      return { ...idle, progress: { phase: "trace", fraction: 0 } };
    case "progress":
      return { ...idle, progress: event.progress };
    case "proved":
      return { ...idle, proofs: idle.proofs + 1, last: { bytes: event.bytes, seconds: event.seconds } };
    case "dropped":
      return { ...idle, trouble: `a batch was not proven here: ${event.reason}` };
  }
}

/** One a tab, whatever page shows it. */
const PROVER = new BrowserProver();

export function useBrowserProver(): { readonly prover: BrowserProver; readonly proving: BrowserProving } {
  const [proving, set] = useState(PROVER.proving);
  useEffect(() => PROVER.onChange(() => set(PROVER.proving)), []);
  return { prover: PROVER, proving };
}
