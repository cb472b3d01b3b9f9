import type { ChainId } from "../../ground/protocol/ids.ts";
import type { ProofProgress } from "../prover/job.ts";
import type { BlobStore } from "./blobs.ts";
import { jobId, type BlobId, type JobId, type ProofDone, type ProofJob } from "./job.ts";
import type { JobOffer, JobQueue, OpenOffer } from "./queue.ts";

/** Jobs that depend on each other, and their progress. Plain data. */
export interface ProofTree {
  readonly jobs: ReadonlyMap<JobId, ProofJob>;
  readonly done: ReadonlyMap<JobId, ProofDone>;
}

/** Tree of the given jobs. Throws RangeError for a job that needs one outside the tree, or, directly or not, itself. */
export function plantTree(jobs: readonly ProofJob[]): ProofTree {
  const byId = new Map(jobs.map((job) => [jobId(job), job]));
  const reached = new Set<JobId>();
  for (let before = -1; before < reached.size;) {
    before = reached.size;
    for (const [id, { needs }] of byId) if (needs.every((need) => reached.has(need))) reached.add(id);
  }
  const lost = [...byId.keys()].find((id) => !reached.has(id));
  if (lost !== undefined) throw new RangeError(`job ${lost} needs a job that is not in its tree`);
  return { jobs: byId, done: new Map() };
}

/** The jobs that can be offered: all that they need is done, and they are not. In the tree's order. */
export function offersOf({ jobs, done }: ProofTree): readonly JobId[] {
  return [...jobs].flatMap(([id, { needs }]) => (!done.has(id) && needs.every((need) => done.has(need)) ? [id] : []));
}

/** A job is done: the tree behind it, and the jobs that can be offered by it. */
export function reduceTree(tree: ProofTree, done: ProofDone): { readonly tree: ProofTree; readonly offers: readonly JobId[] } {
  if (!tree.jobs.has(done.id) || tree.done.has(done.id)) return { tree, offers: [] };
  const next: ProofTree = { jobs: tree.jobs, done: new Map(tree.done).set(done.id, done) };
  return { tree: next, offers: offersOf(next).filter((id) => next.jobs.get(id)?.needs.includes(done.id) === true) };
}

/** A job of a tree, and what its proof is held against. */
export type PlannedJob = Pick<JobOffer, "job" | "statement" | "check">;

export interface TreeOptions {
  /** Whose turn it counts for. */
  readonly chain: ChainId;
  /** Aborting rejects with the signal's reason, and withdraws all jobs of the tree. */
  readonly signal?: AbortSignal | undefined;
  /** Progress of a job of the tree. */
  readonly onProgress?: ((id: JobId, progress: ProofProgress) => void) | undefined;
  /** A job of the tree is done. */
  readonly onDone?: ((id: JobId) => void) | undefined;
}

/** Queue of jobs, and store of their bytes. */
export interface Proving {
  readonly queue: JobQueue;
  readonly blobs: BlobStore;
}

/** A proof that counts, with its bytes. */
interface TreeProof extends ProofDone {
  readonly bytes: Uint8Array;
}

/** A tree whose jobs are all done. */
interface GrownTree {
  readonly done: ReadonlyMap<JobId, ProofDone>;
  /** Releases its proofs: until then a tree that includes these jobs has them without proving. */
  release(): void;
}

/** Grows a tree, and returns the proofs, which the queue does not store. */
export async function driveTree(
  proving: Proving,
  planned: readonly PlannedJob[],
  options: TreeOptions,
): Promise<ReadonlyMap<JobId, TreeProof>> {
  const { done, release } = await growTree(proving, planned, options);
  try {
    const proofs = [...done].map(async ([id, proof]): Promise<readonly [JobId, TreeProof]> => {
      const bytes = await proving.blobs.get(proof.output);
      if (bytes === undefined) throw new RangeError(`the proof of job ${id} is not kept`);
      return [id, { ...proof, bytes }];
    });
    return new Map(await Promise.all(proofs));
  } finally {
    release();
  }
}

/**
 * Proves all jobs of a tree: offers each as soon as its dependencies are done. Rejects like the queue for the first job
 * that fails; then all others are withdrawn.
 */
export async function growTree(
  { queue }: Pick<Proving, "queue">,
  planned: readonly PlannedJob[],
  { chain, signal, onProgress, onDone }: TreeOptions,
): Promise<GrownTree> {
  signal?.throwIfAborted();
  let tree = plantTree(planned.map(({ job }) => job));
  const offered: Promise<OpenOffer>[] = [];
  const plans = new Map(planned.map((plan) => [jobId(plan.job), plan]));
  const over = Promise.withResolvers<undefined>();
  let isOver = false;
  const onAbort = (): void => over.reject(signal?.reason);
  signal?.addEventListener("abort", onAbort);
  const drive = async (id: JobId): Promise<void> => {
    const plan = plans.get(id);
    if (plan === undefined) throw new TypeError(`job ${id} is not of the tree`);
    const needs = plan.job.needs.map((need): BlobId => tree.done.get(need)?.output ?? need);
    const offer = queue.offer({ ...plan, needs, chain, onProgress: (progress) => onProgress?.(id, progress) });
    offered.push(offer);
    const done = await (await offer).done;
    // A proof that comes as the tree is withdrawn offers nothing: no job behind it would be withdrawn.
    if (isOver) return;
    const reduced = reduceTree(tree, done);
    ({ tree } = reduced);
    onDone?.(id);
    if (tree.done.size === tree.jobs.size) over.resolve(undefined);
    for (const next of reduced.offers) start(next);
  };
  const start = (id: JobId): void => void drive(id).catch((error: unknown) => over.reject(error));
  for (const id of offersOf(tree)) start(id);
  if (tree.jobs.size === 0) over.resolve(undefined);
  const release = (): void => {
    // An offer that still waits for room is withdrawn when it has it.
    for (const offer of offered.splice(0)) void offer.then((open) => open.withdraw()).catch(() => undefined);
  };
  try {
    await over.promise;
    return { done: tree.done, release };
  } catch (error) {
    release();
    throw error;
  } finally {
    isOver = true;
    signal?.removeEventListener("abort", onAbort);
  }
}
