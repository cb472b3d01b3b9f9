import type { BatchesProver } from "../l1-proof/batches-prover.ts";
import type { L1Prover } from "../l1-proof/l1-prover.ts";
import type { KeyedPlan } from "../l1-proof/l1-proving.ts";
import type { ExecutedProof, L1ProofKind } from "../l1-proof/proof-plan.ts";
import { digestToHex } from "../protocol/digest.ts";
import { keptBlob } from "./blobs.ts";
import { driveTree, growTree, type PlannedJob, type Proving } from "./driver.ts";
import { jobId, MOST_INPUT_BYTES, MOST_OUTPUT_BYTES, type BlobId, type JobId, type JobKind } from "./job.ts";
import type { ProverPort } from "./queue.ts";

/** Kinds of jobs on the way to L1. */
const L1_KINDS = [
  ...(["leaf", "segment", "runJoin", "runEnd", "join", "list", "relisting", "relisted"] as const),
  ...(["batch", "aggregate", "compress", "wrap"] as const),
] as const satisfies readonly (JobKind & L1ProofKind)[];

const MOST_OF_CHILD = Math.max(...Object.values(MOST_OUTPUT_BYTES));

/** The prover of proofs for L1 as one of a queue. */
export function l1ProofPort(prover: Pick<L1Prover, "make">): ProverPort {
  return {
    kinds: L1_KINDS,
    async prove({ job, needs }, blobs, options) {
      const input = await keptBlob(blobs, job.input, MOST_INPUT_BYTES);
      const proofs = await Promise.all(needs.map((need) => keptBlob(blobs, need, MOST_OF_CHILD)));
      const { kind, key } = job;
      const made = await prover.make({ kind: kind as L1ProofKind, key, input, needs: proofs }, options);
      return { statement: made.statement, output: made.proof, metrics: made.metrics };
    },
  };
}

/** Has proofs for L1 made through a queue: a tree from the leaves of chunks to the last program. */
export function l1ProofByQueue(proving: Proving, prover: Pick<L1Prover, "plan" | "check">): BatchesProver {
  return {
    async prepare(batch, { signal } = {}) {
      const plan = await prover.plan([batch], signal === undefined ? {} : { signal });
      const ofBatch = plan.proofs.slice(0, plan.proofs.findIndex(({ kind }) => kind === "batch") + 1);
      const { chainId: chain } = batch.claim;
      const version = versionOf([batch]);
      return withInputs(proving, ofBatch, (inputs) =>
        growTree(proving, jobsOf(ofBatch, inputs, { version, prover }), { chain, signal }),
      );
    },
    async prove(batches, { signal, onProgress } = {}) {
      const begun = performance.now();
      const { proofs: planned, digest } = await prover.plan(batches, signal === undefined ? {} : { signal });
      return withInputs(proving, planned, async (inputs) => {
        const jobs = jobsOf(planned, inputs, { version: versionOf(batches), prover });
        let made = 0;
        const kindOf = new Map(jobs.map(({ job }, i) => [jobId(job), planned[i]?.kind ?? "wrap"]));
        const proofs = await driveTree(proving, jobs, {
          ...{ chain: batches[0]?.claim.chainId ?? 0n, signal },
          onProgress: (id, progress) =>
            onProgress?.({ ...progress, tree: { kind: kindOf.get(id) ?? "wrap", made, proofs: jobs.length } }),
          onDone: () => made++,
        });
        const last = jobs.at(-1);
        const proof = last && proofs.get(jobId(last.job));
        if (proof === undefined) throw new TypeError("a tree ends with the proof for L1");
        const metrics = { ...proof.metrics, seconds: (performance.now() - begun) / 1000 };
        return { digest: digestToHex(digest), proof: proof.bytes, metrics };
      });
    },
  };
}

function versionOf([first]: readonly ExecutedProof[]): bigint {
  if (first === undefined) throw new RangeError("there is no batch to prove");
  return first.claim.batch.protocolVersion;
}

/** Keeps what the proofs are made from while this is under way. */
async function withInputs<Result>(
  { blobs }: Pick<Proving, "blobs">,
  planned: KeyedPlan["proofs"],
  work: (inputs: readonly BlobId[]) => Promise<Result>,
): Promise<Result> {
  const inputs = await Promise.all(planned.map(({ input }) => blobs.put(input)));
  try {
    return await work(inputs);
  } finally {
    await Promise.all(inputs.map((input) => blobs.drop(input)));
  }
}

function jobsOf(
  proofs: KeyedPlan["proofs"],
  inputs: readonly BlobId[],
  { version, prover }: { readonly version: bigint; readonly prover: Pick<L1Prover, "check"> },
): PlannedJob[] {
  const ids: JobId[] = [];
  return proofs.map(({ kind, key, program, statement, needs, cells }, i): PlannedJob => {
    const input = inputs[i];
    if (input === undefined) throw new TypeError("each proof is made from something");
    const job = { kind, version, key, input, needs: needs.map((place) => ids[place] ?? "0x"), weight: cells };
    ids.push(jobId(job));
    return { job, statement, check: (output) => prover.check(program, statement, output) };
  });
}
