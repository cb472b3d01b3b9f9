// One process per size, so that the peak memory that it reports is this size's own.
import { createRandomBatch } from "../src/tool/demo/random-batch.ts";
import type { ProofMetrics } from "../src/proofs/prover/job.ts";
import { createProver } from "../src/proofs/prover/prover.ts";
import type { BatchStatement } from "../src/ground/protocol/statement.ts";

export interface SampleRequest {
  readonly writeCount: number;
  readonly leafCount: number;
  readonly workers: number | undefined;
  readonly samples: number;
}

export interface SampleResult {
  readonly statement: BatchStatement;
  readonly proofHex: string;
  /** One per proof; the first one warms the kernels up and is not counted by the caller. */
  readonly metrics: readonly ProofMetrics[];
  readonly peakRssMiB: number;
}

const request = JSON.parse(process.argv[2] ?? "{}") as SampleRequest;
const { job } = createRandomBatch({ leafCount: request.leafCount, writeCount: request.writeCount, seed: 1 });
const prover = createProver(request.workers === undefined ? {} : { workers: request.workers });
const metrics: ProofMetrics[] = [];
let proof = new Uint8Array(0);
for (let i = 0; i <= request.samples; i++) {
  // Another commitment is another transcript: grinding, whose time is luck, is then sampled too.
  const commitment = `0x${(i + 1).toString(16).padStart(64, "0")}` as const;
  const statement = i === request.samples ? job.statement : { ...job.statement, commitment };
  const result = await prover.proveBatch({ ...job, statement });
  metrics.push(result.metrics);
  proof = result.proof.slice();
}
await prover.close();
const result: SampleResult = {
  statement: job.statement,
  proofHex: Buffer.from(proof).toString("hex"),
  metrics,
  peakRssMiB: Math.round(process.resourceUsage().maxRSS / 1024),
};
process.stdout.write(JSON.stringify(result));
