import { setTimeout as pause } from "node:timers/promises";
import { runWorker } from "../../../src/fleet/worker.ts";
import { createProver } from "../../../src/prover/prover.ts";

/** A worker as a process of its own, as the task runs it: one line of JSON for each event. Arguments: URL, token, name. */
const [url = "", token = "", name = ""] = process.argv.slice(2);
const prover = createProver({ workers: 1 });
await runWorker(
  { url, token, name },
  {
    prover,
    pause: (ms, signal) => pause(ms, undefined, { signal }).catch(() => undefined),
    onEvent: (event) => process.stdout.write(`${JSON.stringify(event)}\n`),
  },
  new AbortController().signal,
);
