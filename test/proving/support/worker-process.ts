import { setTimeout as pause } from "node:timers/promises";
import { createProver } from "../../../src/proofs/prover/prover.ts";
import { httpQueue } from "../../../src/proofs/proving/queue-http.ts";
import { statePort } from "../../../src/proofs/proving/state-port.ts";

/** Separate process with a worker, as the task runs it: one line of JSON for each event. Arguments: URL, token, name. */
const [url = "", token = "", name = ""] = process.argv.slice(2);
const wait = (ms: number, signal: AbortSignal): Promise<void> => pause(ms, undefined, { signal }).catch(() => undefined);
await httpQueue({ url, token }, { pause: wait }).work(statePort(createProver({ workers: 1 })), {
  name,
  onEvent: (event) => process.stdout.write(`${JSON.stringify(event)}\n`),
}).ended;
