import { Worker } from "node:worker_threads";
import { PROVEN_VERSION } from "../src/ground/protocol/protocol-version.ts";
import type { ThreadReply, ThreadRequest } from "../src/ground/runtime/job-thread.ts";
import type {
  ExecutionAnswer,
  ExecutionFailure,
  ExecutionJob,
  ExecutionThreadSetup,
} from "../src/proofs/execution-proof/batch/execution-requests.ts";

/** Request to the measuring process: the body of the prover's thread. */
export interface ReadySample {
  readonly file: string;
  readonly workers: number | undefined;
}

const { file, workers } = JSON.parse(process.argv[2] ?? "{}") as ReadySample;
const setup: ExecutionThreadSetup = {
  workers,
  parameters: undefined,
  acceptsWeakParameters: false,
  mostCells: undefined,
  card: undefined,
};
const { user, system } = process.cpuUsage();
const thread = new Worker(file, { workerData: setup });
thread.on("message", (reply: ThreadReply<ExecutionAnswer, unknown, ExecutionFailure>) => {
  if (reply.type !== "done") throw new Error(`the prover is not ready: ${JSON.stringify(reply)}`);
  const after = process.cpuUsage();
  console.log((after.user + after.system - user - system) / 1e6);
  process.exit();
});
thread.on("error", (error) => {
  throw error;
});
const job: ExecutionJob = { type: "prepare", protocolVersion: PROVEN_VERSION };
thread.postMessage({ type: "job", id: 1, job } satisfies ThreadRequest<ExecutionJob>);
