import type { BatchesProver } from "../l1-proof/batches-prover.ts";
import type { L1Prover } from "../l1-proof/l1-prover.ts";
import type { KeyedPlan } from "../l1-proof/l1-proving.ts";
import { isJoinable, type JoinableBatch, joinableStatement, placeOf } from "../l1-proof/batch-for-l1.ts";
import { L1ProofError } from "../l1-proof/l1-proof-error.ts";
import type { L1ProofKind } from "../l1-proof/proof-plan.ts";
import { digestToHex } from "../../ground/protocol/digest.ts";
import type { LastProof } from "../../ground/protocol/last-proof.ts";
import type { ProofProgress } from "../prover/job.ts";
import { keptBlob } from "./blobs.ts";
import { driveTree, growTree, type PlannedJob, type Proving, type TreeOptions } from "./driver.ts";
import { jobId, MAX_INPUT_BYTES, MAX_OUTPUT_BYTES, type BlobId, type JobId, type JobKind } from "./job.ts";
import type { ProverPort } from "./queue.ts";

/** Kinds of jobs on the way to L1. */
const L1_KINDS = [
  ...(["leaf", "segment", "runJoin", "runEnd", "join", "list", "relisting", "relisted"] as const),
  ...(["batch", "aggregate", "hubStep", "compress", "wrap", "fast"] as const),
] as const satisfies readonly (JobKind & L1ProofKind)[];

const MOST_OF_CHILD = Math.max(...Object.values(MAX_OUTPUT_BYTES));

/** The prover of proofs for L1 as one of a queue. */
export function l1ProofPort(prover: Pick<L1Prover, "make">): ProverPort {
  return {
    kinds: L1_KINDS,
    async prove({ job, needs }, blobs, options) {
      const input = await keptBlob(blobs, job.input, MAX_INPUT_BYTES);
      const proofs = await Promise.all(needs.map((need) => keptBlob(blobs, need, MOST_OF_CHILD)));
      const { kind, key } = job;
      const made = await prover.make({ kind: kind as L1ProofKind, key, input, needs: proofs }, options);
      return { statement: made.statement, output: made.proof, metrics: made.metrics };
    },
  };
}

/** Makes proofs for L1 through a queue: a tree from the leaves of chunks to the last proof, which L1's contracts check. */
export function l1ProofByQueue(proving: Proving, prover: Pick<L1Prover, "plan" | "check">, last: LastProof): BatchesProver {
  return {
    async prepare(batch, { signal, onProgress } = {}) {
      const plan = await prover.plan([batch], last, signal === undefined ? {} : { signal });
      if (isJoinable(batch)) {
        await requireJoinable(batch, prover);
        return { joinable: () => Promise.resolve(batch), release: () => undefined };
      }
      const ofBatch = plan.proofs.slice(0, plan.proofs.findIndex(({ kind }) => kind === "batch") + 1);
      const { chainId: chain, version } = placeOf(batch);
      return withInputs(proving, ofBatch, async (inputs) => {
        const jobs = jobsOf(ofBatch, inputs, { version, prover });
        const { done, release } = await growTree(proving, jobs, { chain, signal, ...toldOf(jobs, onProgress) });
        const all = { kind: "batch", made: jobs.length, proofs: jobs.length };
        onProgress?.({ phase: "queued", fraction: 0, tree: all });
        const joinable = async (): Promise<JoinableBatch> => {
          const [end, own, [fields]] = [jobs.at(-1), ofBatch.at(-1), plan.fields];
          const output = end && done.get(jobId(end.job))?.output;
          const proof = output && (await proving.blobs.get(output));
          if (proof === undefined || own === undefined || fields === undefined)
            throw new RangeError(`the proof of a batch of chain ${chain} is no longer stored`);
          return { fields, program: own.program, proof };
        };
        return { joinable, release };
      });
    },
    async prove(batches, { signal, onProgress, hub } = {}) {
      const begun = performance.now();
      const { proofs: planned, digest } = await prover.plan(batches, last, signal === undefined ? { hub } : { signal, hub });
      return withInputs(proving, planned, async (inputs) => {
        const { chainId: chain, version } = placeOf(firstOf(batches));
        const jobs = jobsOf(planned, inputs, { version, prover });
        const proofs = await driveTree(proving, jobs, { chain, signal, ...toldOf(jobs, onProgress) });
        const end = jobs.at(-1);
        const proof = end && proofs.get(jobId(end.job));
        if (proof === undefined) throw new TypeError("a tree ends with the proof for L1");
        const metrics = { ...proof.metrics, seconds: (performance.now() - begun) / 1000 };
        return { digest: digestToHex(digest), proof: proof.bytes, metrics };
      });
    },
  };
}

/** Reports the current proof of the tree, and the number of finished ones. */
function toldOf(
  jobs: readonly PlannedJob[],
  onProgress: ((progress: ProofProgress) => void) | undefined,
): Pick<TreeOptions, "onProgress" | "onDone"> {
  let made = 0;
  const kindOf = new Map(jobs.map(({ job }) => [jobId(job), job.kind]));
  return {
    onProgress: (id, progress) =>
      onProgress?.({ ...progress, tree: { kind: kindOf.get(id) ?? "proof", made, proofs: jobs.length } }),
    onDone: () => made++,
  };
}

function firstOf<Batch>([first]: readonly Batch[]): Batch {
  if (first === undefined) throw new RangeError("there is no batch to prove");
  return first;
}

/** Checks a proof of another process: an invalid one would be found only by the proof that depends on it. */
async function requireJoinable(batch: JoinableBatch, prover: Pick<L1Prover, "check">): Promise<void> {
  const refusal = await prover.check(batch.program, joinableStatement(batch), batch.proof);
  if (refusal !== undefined)
    throw new L1ProofError("ProofRefused", `a batch's own proof does not show what L1 has of the batch: ${refusal}`);
}

/** Stores the inputs of the proofs while the function runs. */
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
