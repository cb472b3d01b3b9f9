import { blobId } from "../../../src/proofs/proving/blobs.ts";
import {
  jobId,
  type JobId,
  type MadeProof,
  type ProofDone,
  type ProofJob,
  type ProofTask,
} from "../../../src/proofs/proving/job.ts";
import type { PlannedJob } from "../../../src/proofs/proving/driver.ts";
import type { PortOptions, ProverPort } from "../../../src/proofs/proving/queue.ts";
import { FAKE_METRICS, FAKE_REPORT } from "../../support/fake-metrics.ts";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** A job that nothing is proven of: a name makes it another one. */
export function fakeJob(name: string, { kind = "chunk", needs = [], weight = 1 }: Partial<ProofJob> = {}): ProofJob {
  return { kind, version: 1n, key: blobId(text("key")), input: blobId(inputOf(name)), needs, weight };
}

/** The bytes that a job of a name is made from. */
export function inputOf(name: string): Uint8Array {
  return text(`input of ${name}`);
}

/** Eight chunks, seven joins of two proofs each, and what wraps the last one: 16 jobs, each behind those that it needs. */
export function sixteenJobs(): readonly ProofJob[] {
  const jobs = Array.from({ length: 8 }, (_, n) => fakeJob(`chunk ${n}`));
  for (let first = 0; jobs.length < 15; first += 2)
    jobs.push(fakeJob(`join ${first}`, { kind: "join", needs: jobs.slice(first, first + 2).map(jobId) }));
  return [...jobs, fakeJob("wrap", { kind: "wrap", needs: [jobId(jobs[14]!)] })];
}

/** The names of their inputs, for all that is offered. */
export const SIXTEEN_NAMES = [
  ...Array.from({ length: 8 }, (_, n) => `chunk ${n}`),
  ...Array.from({ length: 7 }, (_, n) => `join ${2 * n}`),
  "wrap",
];

export function doneOf(id: JobId): ProofDone {
  const output = blobId(text(`proof of ${id}`));
  return { id, statement: text(`statement of ${id}`), output, metrics: FAKE_METRICS };
}

/** The proof that counts: of the job, and of the proofs that it needs. */
export function proofOf({ job, needs }: ProofTask): MadeProof {
  const id = jobId(job);
  return { statement: text(`statement of ${id}`), output: text(`proof of ${id} from ${needs.join()}`), metrics: FAKE_REPORT };
}

/** A job for a tree: its proof begins with its name, whatever it was made from. */
export function planned(job: ProofJob): PlannedJob {
  const id = jobId(job);
  const check = async (output: Uint8Array): Promise<string | undefined> =>
    new TextDecoder().decode(output).startsWith(`proof of ${id} `) ? undefined : "ProofOfAnother";
  return { job, statement: text(`statement of ${id}`), check };
}

/** Reads the input as a prover would, and makes proofs as `make` does. */
export function fakePort(make: (task: ProofTask, options: PortOptions) => MadeProof | Promise<MadeProof> = proofOf): ProverPort {
  return {
    kinds: ["state", "chunk", "join", "wrap"],
    async prove(task, blobs, options) {
      for (const blob of [task.job.input, ...task.needs])
        if ((await blobs.get(blob)) === undefined) throw new Error(`the blob ${blob} is not kept`);
      return make(task, options);
    },
  };
}
