import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createStateTransitionSystem } from "../src/proofs/circuits/state-transition/state-transition-system.ts";
import { compile } from "../src/tool/demo/compile.ts";
import { startLocalVerifier } from "../src/tool/demo/local-verifier.ts";
import { claimedSecurity } from "../src/proofs/prover/claimed-security.ts";
import type { ProofMetrics } from "../src/proofs/prover/job.ts";
import type { SampleRequest, SampleResult } from "./prove-sample.ts";
import { median } from "./statistics.ts";
import { deployGasProfile } from "./verifier-gas.ts";

export interface ProveBenchOptions {
  readonly json: boolean;
  readonly writes: readonly number[];
  readonly leaves: number;
  /** Undefined entries mean all cores. */
  readonly workers: readonly (number | undefined)[];
  readonly samples: number;
}

const sampleFile = fileURLToPath(new URL("./prove-sample.ts", import.meta.url));
const run = promisify(execFile);

/**
 * Proves each size with each number of workers, and checks the proof with the L1 contract. Seconds are medians over the
 * samples, after one proof that is not counted; the report also has the spread of the totals.
 */
export async function benchProve(options: ProveBenchOptions): Promise<void> {
  await compile({ everything: true });
  const l1 = await startLocalVerifier();
  const system = createStateTransitionSystem();
  const gasByPhase = await deployGasProfile(l1);
  for (const writeCount of options.writes) {
    for (const workers of options.workers) {
      const request: SampleRequest = { writeCount, leafCount: options.leaves, workers, samples: options.samples };
      const { stdout } = await run(process.execPath, [sampleFile, JSON.stringify(request)], { maxBuffer: 2 ** 26 });
      const sample = JSON.parse(stdout) as SampleResult;
      const [first, ...counted] = sample.metrics;
      if (first === undefined) throw new Error("the sample process made no proof");
      const proof = new Uint8Array(Buffer.from(sample.proofHex, "hex"));
      const receipt = await l1.verify(sample.statement, proof);
      const seconds = counted.map((metrics) => metrics.seconds);
      report(options.json, {
        leafUpdates: writeCount,
        leaves: options.leaves,
        logRows: first.logRows,
        proveSeconds: median(seconds),
        proveSecondsSpread: [Math.min(...seconds), Math.max(...seconds)],
        phases: medianPhases(counted),
        cells: first.cells,
        proofBytes: proof.length,
        verifyGas: Number(receipt.gasUsed),
        verifierGasByPhase: await gasByPhase(sample.statement, proof),
        provenBits: claimedSecurity(system, first.logRows),
        peakRssMiB: sample.peakRssMiB,
        backend: first.backend,
        workers: first.workers,
        samples: counted.length,
      });
    }
  }
  await l1.close();
}

function medianPhases(metrics: readonly ProofMetrics[]): Record<string, number> {
  const names = Object.keys(metrics[0]?.phaseSeconds ?? {}) as (keyof ProofMetrics["phaseSeconds"])[];
  return Object.fromEntries(names.map((name) => [name, median(metrics.map(({ phaseSeconds }) => phaseSeconds[name] ?? 0))]));
}

function report(json: boolean, figures: Readonly<Record<string, unknown>>): void {
  if (json) {
    console.log(JSON.stringify(figures));
    return;
  }
  for (const [name, value] of Object.entries(figures)) console.log(`${name.padEnd(20)} ${JSON.stringify(value)}`);
  console.log("");
}
