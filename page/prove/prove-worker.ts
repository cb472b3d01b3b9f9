// Proves in parallel with the page, so that the page stays responsive: a worker of the ecosystem's fleet, as
// `hyperchain:prover` is one.
import { reasonOf } from "../../src/ground/errors/reason-of.ts";
import type { DeviceReport } from "../../src/proofs/devices/device-report.ts";
import { KernelThreadsLost } from "../../src/proofs/kernels/wasm/device/worker-pool.ts";
import { proveJob } from "../../src/proofs/prover/prove-job.ts";
import { decodeStateInput } from "../../src/proofs/prover/state-input.ts";
import { workAt, type FleetWay } from "../../src/proofs/proving/queue-http.ts";
import type { Running, WorkerEvent } from "../../src/proofs/proving/queue.ts";
import { statePort } from "../../src/proofs/proving/state-port.ts";
import { openBrowserBackends, type SoftwareCard } from "./browser-backends.ts";

/** To the worker: begin, once. */
interface BeginProving {
  readonly type: "begin";
  readonly name: string;
  readonly token: string;
  readonly threads: number;
  readonly software?: SoftwareCard;
}

export type ProveRequest = BeginProving | { readonly type: "stop" };

/** Messages of the worker; "ended" is the last one. */
export type ProveNews =
  | { readonly type: "device"; readonly report: DeviceReport }
  | { readonly type: "event"; readonly event: WorkerEvent }
  | { readonly type: "ended"; readonly reason: string | undefined };

/** One tab of a browser proves: two would share its cores. */
const LOCK = "hyperchain-prover";

const tell = (news: ProveNews): void => postMessage(news);
const stopped = Promise.withResolvers<undefined>();

addEventListener("message", ({ data }: MessageEvent<ProveRequest>) => {
  if (data.type === "stop") return stopped.resolve(undefined);
  void work(data).then(
    (reason) => tell({ type: "ended", reason }),
    (error: unknown) => tell({ type: "ended", reason: reasonOf(error) }),
  );
});

/** Why it has ended; undefined where it was asked to. */
function work(begin: BeginProving): Promise<string | undefined> {
  return navigator.locks.request(LOCK, { ifAvailable: true }, (lock) =>
    lock === null ? "another tab of this browser proves already" : proveUntilStopped(begin),
  );
}

async function proveUntilStopped({ name, token, threads, software }: BeginProving): Promise<string | undefined> {
  const backends = await openBrowserBackends({ threads, software }, (report) => tell({ type: "device", report }));
  const lost = Promise.withResolvers<never>();
  const port = statePort({
    async proveInput(input, options) {
      try {
        return await proveJob(decodeStateInput(input), backends, options);
      } catch (error) {
        if (error instanceof KernelThreadsLost) lost.reject(error);
        throw error;
      }
    },
  });
  const onEvent = (event: WorkerEvent): void => tell({ type: "event", event });
  const running: Running = workAt(wayOf(token), { pause }).work(port, { name, onEvent });
  try {
    await Promise.race([running.ended, stopped.promise, lost.promise]);
  } finally {
    await running.stop().catch(() => undefined);
  }
  return undefined;
}

/** To the page's own server. */
function wayOf(token: string): FleetWay {
  const headers = { "content-type": "application/json", "x-page-token": token };
  return {
    url: location.origin,
    send: (path, body, signal) => fetch(`/fleet${path}`, { method: "POST", headers, body, signal }),
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}
