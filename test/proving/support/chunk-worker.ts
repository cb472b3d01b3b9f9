import { setTimeout as pause } from "node:timers/promises";
import {
  createExecutionProver,
  type ExecutionProverOptions,
} from "../../../src/proofs/execution-proof/batch/execution-prover.ts";
import { chunkPort } from "../../../src/proofs/proving/execution-proofs.ts";
import { httpQueue } from "../../../src/proofs/proving/queue-http.ts";

/**
 * Separate process with a worker for chunks: one line of JSON for each event. Arguments: URL, token, name, the prover's
 * options.
 */
const [url = "", token = "", name = "", options = "{}"] = process.argv.slice(2);
const wait = (ms: number, signal: AbortSignal): Promise<void> => pause(ms, undefined, { signal }).catch(() => undefined);
const prover = createExecutionProver(JSON.parse(options) as ExecutionProverOptions);
await httpQueue({ url, token }, { pause: wait }).work(chunkPort(prover), {
  name,
  onEvent: (event) => process.stdout.write(`${JSON.stringify(event)}\n`),
}).ended;
