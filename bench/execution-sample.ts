import { readFileSync } from "node:fs";
import { deserialize, serialize } from "node:v8";
import type { ExecutionWitness } from "../src/proofs/execution-proof/batch/batch-witness.ts";
import type { ExecutionClaim } from "../src/proofs/execution-proof/batch/execution-claim.ts";
import { chooseDevice } from "../src/proofs/devices/device-choice.ts";
import { openOwnProver } from "../test/execution-proof/support/own-prover.ts";

/** Request to the measuring process: a file with a batch's witness and claim. */
export interface ExecutionSample {
  readonly file: string;
  readonly workers: number | undefined;
  /** Whether proofs are made on the machine's graphics card. */
  readonly card: boolean;
}

const { file, workers, card } = JSON.parse(process.argv[2] ?? "{}") as ExecutionSample;
const { witness, claim } = deserialize(readFileSync(file)) as {
  readonly witness: ExecutionWitness;
  readonly claim: ExecutionClaim;
};
const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const device = card ? await chooseDevice({ device: "gpu" }) : undefined;
const prover = openOwnProver({ device, ...(workers === undefined ? {} : { workers }) });
const [beforeKey, start] = [cpuSeconds(), performance.now()];
await prover.prepare(claim.batch.protocolVersion);
const [beforeProof, readySeconds] = [cpuSeconds(), (performance.now() - start) / 1000];
/** One proof of the batch in this process, the first or a later one. */
async function prove(): Promise<{ readonly proof: Uint8Array; readonly figures: object }> {
  const begun = cpuSeconds();
  /** Processor seconds by the phase of the first chunk without a proof: others are filled or proven meanwhile. */
  const phaseCpuSeconds: Record<string, number> = {};
  let current: { readonly phase: string; readonly since: number } | undefined;
  const result = await prover.prove(witness, claim, {
    onProgress({ phase }) {
      if (phase === current?.phase) return;
      if (current !== undefined)
        phaseCpuSeconds[current.phase] = (phaseCpuSeconds[current.phase] ?? 0) + cpuSeconds() - current.since;
      current = { phase, since: cpuSeconds() };
    },
  });
  if (result.kind === "unproven") throw new Error(`the batch has no proof: ${result.reason}: ${result.detail}`);
  const proveCpuSeconds = cpuSeconds() - begun;
  const { phaseSeconds: _, ...metrics } = result.metrics;
  // Planning runs the batch, too: both are what comes before anything is committed, threads that collect and compile included.
  const fillingShare = ((phaseCpuSeconds["plan"] ?? 0) + (phaseCpuSeconds["trace"] ?? 0)) / proveCpuSeconds;
  return { proof: result.proof, figures: { ...metrics, proveCpuSeconds, phaseCpuSeconds, fillingShare } };
}

const first = await prove();
const peakRssMiB = Math.round(process.resourceUsage().maxRSS / 1024);
const { figures: again } = await prove();
// A card is measured during the first proof.
const onCard = device && { device: device.report(), card: (await prove()).figures };
const beforeVerification = cpuSeconds();
await prover.verify(claim, first.proof);
console.log(
  JSON.stringify({
    ...first.figures,
    again,
    ...(onCard ?? {}),
    steps: witness.steps.length,
    witnessBytes: serialize(witness).length,
    readySeconds,
    readyCpuSeconds: beforeProof - beforeKey,
    verifyCpuSeconds: cpuSeconds() - beforeVerification,
    proofBytes: first.proof.length,
    peakRssMiB,
  }),
);
await prover.close();
