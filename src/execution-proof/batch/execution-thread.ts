import { parentPort, workerData } from "node:worker_threads";
import { reasonOf } from "../../errors/reason-of.ts";
import { createWasmBackend } from "../../kernels/wasm/backend.ts";
import { serveJobs } from "../../runtime/serve-jobs.ts";
import { executionParameters } from "../parameters.ts";
import { ChunkFiller } from "./chunk-filler.ts";
import { createExecutionKey, type ExecutionKey } from "./execution-key.ts";
import { ExecutionProofError } from "./execution-proof-error.ts";
import type { ExecutionAnswer, ExecutionFailure, ExecutionJob, ExecutionThreadSetup } from "./execution-requests.ts";
import { ExecutionProving } from "./prove-execution.ts";
import type { ExecutionProgress } from "./execution-progress.ts";
import { MOST_CELLS } from "./proven-execution.ts";
import { verifyWithKey } from "./verify-execution.ts";

/** The prover's own thread: one backend, one request at a time. Ended by `terminate`, which also frees the backend. */
const port = parentPort;
if (port === null) throw new Error("execution-thread.ts is the body of a worker thread; use createExecutionProver");
const { workers, parameters = executionParameters(), acceptsWeakParameters, mostCells } = workerData as ExecutionThreadSetup;

/** What a protocol version's proofs are made and checked with. The filler works while the rest is made. */
interface Tools {
  readonly filler: ChunkFiller;
  readonly made: Promise<{ readonly key: ExecutionKey; readonly proving: ExecutionProving }>;
}

const backend = createWasmBackend(workers === undefined ? {} : { workers });
/** By protocol version: made once, for all batches. */
const tools = new Map<bigint, Tools>();

function toolsOf(protocolVersion: bigint): Tools {
  const known = tools.get(protocolVersion);
  if (known !== undefined) return known;
  const filler = new ChunkFiller(protocolVersion, parameters);
  const made = backend.then(async (own) => {
    const key = await createExecutionKey(protocolVersion, parameters, own);
    return { key, proving: new ExecutionProving(key, own, filler) };
  });
  tools.set(protocolVersion, { filler, made });
  made.catch(() => {
    tools.delete(protocolVersion);
    void filler.close();
  });
  return { filler, made };
}

async function prepare({ filler, made }: Tools): Promise<undefined> {
  const started = filler.start();
  const { proving } = await made;
  proving.prepare();
  await started;
}

serveJobs<ExecutionJob, ExecutionAnswer, ExecutionProgress, ExecutionFailure>(
  port,
  async (job, context) => {
    if (job.type === "prepare") return prepare(toolsOf(job.protocolVersion));
    const { claim } = job;
    const { filler, made } = toolsOf(claim.batch.protocolVersion);
    const begun = job.type === "verify" ? undefined : filler.begin(job.witness, claim, mostCells ?? MOST_CELLS);
    const { key, proving } = await made;
    const options = { ...context, ...(begun === undefined ? {} : { begun }) };
    switch (job.type) {
      case "verify":
        return verifyWithKey(key, claim, job.proof, { acceptsWeakParameters });
      case "examine":
        return proving.examine(job.witness, claim, options);
      case "prove":
        return proving.prove(job.witness, claim, options);
    }
  },
  (error) =>
    error instanceof ExecutionProofError
      ? { kind: "refused", code: error.code, message: error.message }
      : { kind: "fault", reason: reasonOf(error) },
);
