import { fromHex, hashTag, keccak, numberToHex, wordToHex, type Hex } from "../../ground/protocol/hex.ts";
import type { ProofMetrics } from "../prover/job.ts";
import type { ProofPhase } from "../stark/proving/column-prover.ts";

/** keccak of the bytes. */
export type BlobId = Hex;
/** keccak of all that a job is but its weight: jobs of one name have proofs of one statement. */
export type JobId = Hex;

/**
 * Statement of a job's proof. "state": a batch's state root follows from its changes. "chunk": a part of a batch's steps
 * was executed. All others lead to the proof of both that L1 checks (`src/proofs/l1-proof`).
 */
export const JOB_KINDS = [
  ...(["state", "chunk", "join", "wrap", "leaf"] as const),
  ...(["list", "relisting", "relisted", "batch", "aggregate", "compress"] as const),
  ...(["segment", "runJoin", "runEnd", "fast", "hubStep"] as const),
] as const;
/** Kind of a proof job. */
export type JobKind = (typeof JOB_KINDS)[number];

/** A proof to be made. Plain data. */
export interface ProofJob {
  readonly kind: JobKind;
  /** Protocol version. */
  readonly version: bigint;
  /** Names the key that the proof is verified with. */
  readonly key: Hex;
  /** Input of the proof. */
  readonly input: BlobId;
  /** Jobs whose proofs are needed, too. */
  readonly needs: readonly JobId[];
  /** About the cells of its tables: chains take turns by it. */
  readonly weight: number;
}

/** A job that may be given out: the proofs that it needs are made. */
export interface ProofTask {
  readonly job: ProofJob;
  /** Outputs of `job.needs`, in their order. */
  readonly needs: readonly BlobId[];
}

/** A proof as a prover hands it in. */
export interface MadeProof {
  readonly statement: Uint8Array;
  readonly output: Uint8Array;
  readonly metrics: ReportedMetrics;
}

/** A worker's report about a proof. Nothing of it is checked. */
export type ReportedMetrics = Pick<ProofMetrics, "backend" | "workers" | "logRows" | "cells" | "phaseSeconds">;

/** A proof that counts: its statement is the job's, and it was verified unless this process made it. */
export interface ProofDone {
  readonly id: JobId;
  readonly statement: Uint8Array;
  readonly output: BlobId;
  readonly metrics: ProofMetrics;
}

/** Progress that a worker reports. */
export interface WorkerProgress {
  readonly phase: ProofPhase;
  /** Part of this phase that is done, 0…1. */
  readonly fraction: number;
}

/** Bytes that inputs of a kind may have for workers: larger ones are proven in the ecosystem's process. */
export const MAX_INPUT_BYTES = 2 ** 28;
/** Bytes that proofs of a kind may have: several times what they have. */
export const MAX_OUTPUT_BYTES: Readonly<Record<JobKind, number>> = {
  state: 2 ** 20,
  // Of a run in segments there is one for each: a transaction has 32 at most (decision 238).
  chunk: 2 ** 25,
  segment: 2 ** 22,
  runJoin: 2 ** 22,
  runEnd: 2 ** 22,
  leaf: 2 ** 22,
  join: 2 ** 22,
  relisted: 2 ** 22,
  batch: 2 ** 22,
  aggregate: 2 ** 22,
  hubStep: 2 ** 22,
  list: 2 ** 22,
  relisting: 2 ** 23,
  compress: 2 ** 21,
  wrap: 2 ** 20,
  fast: 2 ** 20,
};

const JOB_TAG = fromHex(hashTag("hyperchain.proving.job.v1"));

/** tag (32) ‖ kind (1), its place in `JOB_KINDS` ‖ version (32) ‖ key (32) ‖ input (32) ‖ needs (4), 32 each; hashed. */
export function jobId({ kind, version, key, input, needs }: ProofJob): JobId {
  const [kindByte, count] = [numberToHex(BigInt(JOB_KINDS.indexOf(kind)), 1), numberToHex(BigInt(needs.length), 4)];
  const words = [wordToHex(version), key, input].map((word) => fromHex(word, 32));
  return keccak(JOB_TAG, fromHex(kindByte), ...words, fromHex(count), ...needs.map((need) => fromHex(need, 32)));
}
