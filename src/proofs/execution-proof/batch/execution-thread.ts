import { parentPort, workerData } from "node:worker_threads";
import { backendsOpener } from "../../devices/thread-backends.ts";
import { reasonOf } from "../../../ground/errors/reason-of.ts";
import { createWasmBackend } from "../../kernels/wasm/backend.ts";
import { KernelThreadsLost } from "../../kernels/wasm/device/worker-pool.ts";
import { kernelRows } from "../../machine/interpreter/kernel.ts";
import { toHex } from "../../../ground/protocol/hex.ts";
import { serveJobs } from "../../../ground/runtime/serve-jobs.ts";
import { executionParameters } from "../parameters.ts";
import { ChunkFiller } from "./chunk-filler.ts";
import { createExecutionKey, type ExecutionKey } from "./execution-key.ts";
import { ExecutionProofError } from "./execution-proof-error.ts";
import type { ExecutionAnswer, ExecutionFailure, ExecutionJob, ExecutionThreadSetup } from "./execution-requests.ts";
import { ExecutionProving } from "./prove-execution.ts";
import type { ChunkProgress } from "./proven-execution.ts";
import { chunkRefusal, verifyWithKey } from "./verify-execution.ts";

/**
 * Thread of the prover, which proves chunks one at a time and does other jobs concurrently. Ended by `terminate`, which
 * also frees the backends, or by the loss of a kernel thread.
 */
const port = parentPort;
if (port === null) throw new Error("execution-thread.ts is the body of a worker thread; use createExecutionProver");
const { workers, parameters: given, acceptsWeakParameters, mostCells, card } = workerData as ExecutionThreadSetup;

const most = mostCells === undefined ? {} : { mostCells };

/** Tools of a protocol version's proofs. The filler works while the others are made. */
interface Tools {
  readonly filler: ChunkFiller;
  readonly keyed: Promise<{ readonly key: ExecutionKey; readonly proving: ExecutionProving }>;
}

const openBackends = await backendsOpener(card, port);
const processor = createWasmBackend(workers === undefined ? {} : { workers });
const backends = processor.then(openBackends);
/** Tools by protocol version: made once, for all batches. */
const tools = new Map<bigint, Tools>();

function toolsOf(protocolVersion: bigint): Tools {
  const known = tools.get(protocolVersion);
  if (known !== undefined) return known;
  const parameters = given ?? executionParameters();
  const rows = kernelRows();
  const filler = new ChunkFiller(protocolVersion, parameters, rows);
  const keyed = backends.then(async (opened) => {
    const key = await createExecutionKey(protocolVersion, parameters, await processor, rows);
    return { key, proving: new ExecutionProving(key, opened, filler) };
  });
  tools.set(protocolVersion, { filler, keyed });
  keyed.catch(() => {
    tools.delete(protocolVersion);
    void filler.close();
  });
  return { filler, keyed };
}

function versionOf(job: ExecutionJob): bigint {
  if (job.type === "chunk") return job.chunk.protocolVersion;
  return "protocolVersion" in job ? job.protocolVersion : job.claim.batch.protocolVersion;
}

async function prepare({ filler, keyed }: Tools): Promise<undefined> {
  const started = filler.start();
  const { proving } = await keyed;
  proving.prepare();
  await started;
}

serveJobs<ExecutionJob, ExecutionAnswer, ChunkProgress, ExecutionFailure>(
  port,
  async (job, context) => {
    if (job.type === "prepare") return prepare(toolsOf(job.protocolVersion));
    const { key, proving } = await toolsOf(versionOf(job)).keyed;
    const { signal } = context;
    switch (job.type) {
      case "plan": {
        const planned = await proving.plan(job.witness, job.claim, { signal, ...most, cuts: job.cuts });
        const { system, provenBits } = key;
        return planned.kind === "unproven" ? planned : { ...planned, program: system.verificationKeyDigest, provenBits };
      }
      case "chunk": {
        const [own, { key: asked, input }] = [toHex(key.system.verificationKeyDigest), job.chunk];
        if (own !== asked)
          throw new RangeError(`the job is of the key ${asked}, this software has ${own}; run the ecosystem's version`);
        return proving.proveChunk(input, context);
      }
      case "check":
        return chunkRefusal(key, job.ends, job.proof, { acceptsWeakParameters });
      case "verify":
        return verifyWithKey(key, job.claim, job.proof, { acceptsWeakParameters });
    }
  },
  (error) => {
    // The backend is unusable: the thread ends, and the next request starts another one.
    if (error instanceof KernelThreadsLost) throw error;
    return error instanceof ExecutionProofError
      ? { kind: "refused", code: error.code, message: error.message }
      : { kind: "fault", reason: reasonOf(error) };
  },
);
