import { parentPort, workerData } from "node:worker_threads";
import { reasonOf } from "../../errors/reason-of.ts";
import { createWasmBackend } from "../../kernels/wasm/backend.ts";
import { executionParameters } from "../parameters.ts";
import { createExecutionKey, type ExecutionKey } from "./execution-key.ts";
import { ExecutionProofError } from "./execution-proof-error.ts";
import type { ExecutionReply, ExecutionRequest, ExecutionThreadSetup } from "./execution-requests.ts";
import { ExecutionProving } from "./prove-execution.ts";
import { verifyWithKey } from "./verify-execution.ts";

/** The prover's own thread: one backend, one request at a time. Ended by `terminate`, which also frees the backend. */
const port = parentPort;
if (port === null) throw new Error("execution-thread.ts is the body of a worker thread; use createExecutionProver");
const { workers, parameters = executionParameters(), acceptsWeakParameters, mostCells } = workerData as ExecutionThreadSetup;

/** What a protocol version's proofs are made and checked with. */
interface Tools {
  readonly key: ExecutionKey;
  readonly proving: ExecutionProving;
}

const backend = createWasmBackend(workers === undefined ? {} : { workers });
/** By protocol version: made once, for all batches. */
const tools = new Map<bigint, Promise<Tools>>();
const running = new Map<number, AbortController>();
const reply = (message: ExecutionReply): void => port.postMessage(message);

function toolsOf(protocolVersion: bigint): Promise<Tools> {
  const known = tools.get(protocolVersion);
  if (known !== undefined) return known;
  const made = backend.then(async (own) => {
    const key = await createExecutionKey(protocolVersion, parameters, own);
    return { key, proving: new ExecutionProving(key, own) };
  });
  tools.set(protocolVersion, made);
  made.catch(() => tools.delete(protocolVersion));
  return made;
}

async function answer(request: Exclude<ExecutionRequest, { readonly type: "cancel" }>): Promise<void> {
  const { id, claim } = request;
  const controller = new AbortController();
  running.set(id, controller);
  try {
    const { key, proving } = await toolsOf(claim.batch.protocolVersion);
    const result =
      request.type === "verify"
        ? verifyWithKey(key, claim, request.proof, { acceptsWeakParameters })
        : await proving.prove(request.witness, claim, {
            signal: controller.signal,
            onProgress: (progress) => reply({ id, type: "progress", progress }),
            ...(mostCells === undefined ? {} : { mostCells }),
          });
    reply({ id, type: "done", result });
  } catch (error) {
    if (error instanceof ExecutionProofError) reply({ id, type: "refused", code: error.code, message: error.message });
    else reply({ id, type: "failed", reason: reasonOf(error) });
  } finally {
    running.delete(id);
  }
}

port.on("message", (request: ExecutionRequest) => {
  if (request.type === "cancel") running.get(request.id)?.abort(new Error("the proof was cancelled"));
  else void answer(request);
});
