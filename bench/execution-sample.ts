import { readFileSync } from "node:fs";
import { deserialize, serialize } from "node:v8";
import type { BatchWitness } from "../src/execution-proof/batch/batch-witness.ts";
import type { ExecutionClaim } from "../src/execution-proof/batch/execution-claim.ts";
import { ChunkFiller } from "../src/execution-proof/batch/chunk-filler.ts";
import { createExecutionKey } from "../src/execution-proof/batch/execution-key.ts";
import { ExecutionProving } from "../src/execution-proof/batch/prove-execution.ts";
import { verifyWithKey } from "../src/execution-proof/batch/verify-execution.ts";
import { executionParameters } from "../src/execution-proof/parameters.ts";
import { createWasmBackend } from "../src/kernels/wasm/backend.ts";

/** What the process of one measurement is asked: a file with a batch's witness and claim. */
export interface ExecutionSample {
  readonly file: string;
  readonly workers: number | undefined;
}

const { file, workers } = JSON.parse(process.argv[2] ?? "{}") as ExecutionSample;
const { witness, claim } = deserialize(readFileSync(file)) as { readonly witness: BatchWitness; readonly claim: ExecutionClaim };
const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const backend = await createWasmBackend(workers === undefined ? {} : { workers });
const [beforeKey, start] = [cpuSeconds(), performance.now()];
const filler = new ChunkFiller(claim.batch.protocolVersion, executionParameters());
const started = filler.start();
const key = await createExecutionKey(claim.batch.protocolVersion, executionParameters(), backend);
const proving = new ExecutionProving(key, backend, filler);
proving.prepare();
await started;
const [beforeProof, readySeconds] = [cpuSeconds(), (performance.now() - start) / 1000];
/** Processor seconds of each phase, of all chunks. */
const phaseCpuSeconds: Record<string, number> = {};
let current: { readonly phase: string; readonly since: number } | undefined;
const result = await proving.prove(witness, claim, {
  onProgress({ phase }) {
    if (phase === current?.phase) return;
    if (current !== undefined)
      phaseCpuSeconds[current.phase] = (phaseCpuSeconds[current.phase] ?? 0) + cpuSeconds() - current.since;
    current = { phase, since: cpuSeconds() };
  },
});
if (result.kind === "labelled") throw new Error(`the batch has no proof: ${result.reason}: ${result.detail}`);
const beforeVerification = cpuSeconds();
verifyWithKey(key, claim, result.proof);
const { phaseSeconds: _, ...metrics } = result.metrics;
console.log(
  JSON.stringify({
    ...metrics,
    steps: witness.steps.length,
    witnessBytes: serialize(witness).length,
    readySeconds,
    readyCpuSeconds: beforeProof - beforeKey,
    proveCpuSeconds: beforeVerification - beforeProof,
    phaseCpuSeconds,
    verifyCpuSeconds: cpuSeconds() - beforeVerification,
    proofBytes: result.proof.length,
    peakRssMiB: Math.round(process.resourceUsage().maxRSS / 1024),
  }),
);
await proving.release();
await backend.close();
