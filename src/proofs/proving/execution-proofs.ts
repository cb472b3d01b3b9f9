import { HyperchainError } from "../../ground/errors/hyperchain-error.ts";
import { encodeBatchProof, type ChunkProof } from "../execution-proof/batch/batch-proof.ts";
import type { ExecutionWitness } from "../execution-proof/batch/batch-witness.ts";
import { chunkEnds } from "../execution-proof/batch/chunk-input.ts";
import { chunkStatement } from "../execution-proof/batch/chunk-statement.ts";
import { claimedEnds, type ExecutionClaim } from "../execution-proof/batch/execution-claim.ts";
import { errorOf, unprovenBy, UnprovableBatch, type UnprovenExecution } from "../execution-proof/batch/unproven-execution.ts";
import type { ExecutionProver } from "../execution-proof/batch/execution-prover.ts";
import type { KeyedBatch } from "../execution-proof/batch/execution-requests.ts";
import { middleOf, type CrowdedChunk } from "../execution-proof/batch/filling-requests.ts";
import { statedKernel } from "../execution-proof/batch/kernel-statement.ts";
import type { BatchProofOptions, BatchProver, ProvenExecution } from "../execution-proof/batch/proven-execution.ts";
import { toHex } from "../../ground/protocol/hex.ts";
import type { ChainId } from "../../ground/protocol/ids.ts";
import type { ProofMetrics, ProofProgress } from "../prover/job.ts";
import type { ProofPhase } from "../stark/proving/column-prover.ts";
import { keptBlob } from "./blobs.ts";
import { driveTree, type PlannedJob, type Proving } from "./driver.ts";
import { jobId, MAX_INPUT_BYTES, type BlobId, type JobId } from "./job.ts";
import type { OpenOffer, ProverPort } from "./queue.ts";

const QUEUED: ProofProgress = { phase: "queued", fraction: 0 };

/** The prover of executions' chunks as one of a queue. It fills the tables of a second one while it proves the first. */
export function chunkPort(prover: Pick<ExecutionProver, "proveChunk">): ProverPort {
  return {
    kinds: ["chunk"],
    atOnce: 2,
    async prove({ job }, blobs, options) {
      const { version: protocolVersion, key } = job;
      const input = await keptBlob(blobs, job.input, MAX_INPUT_BYTES);
      const made = await prover.proveChunk({ protocolVersion, key, input }, options);
      if (made.kind === "crowded") throw new CrowdedChunkError(made);
      if (made.kind === "unproven") throw errorOf(made);
      return {
        statement: chunkStatement(statedKernel(protocolVersion), chunkEnds(input)),
        output: made.proof,
        metrics: made.metrics,
      };
    },
  };
}

type QueuedProver = Pick<ExecutionProver, "plan" | "checkChunk">;

/** Proves the execution of batches through a queue: a tree whose leaves are their chunks. */
export function executionByQueue(proving: Proving, prover: QueuedProver): BatchProver {
  return {
    async prove(witness, claim, options = {}) {
      const tree = new ChunkTree(proving, prover, options);
      try {
        return await tree.prove(witness, claim);
      } catch (error) {
        // A chunk that has no proof leaves its batch without one; any other error is a fault of the moment.
        if (error instanceof UnprovableBatch) return unprovenBy(error);
        throw error;
      } finally {
        await tree.release();
      }
    },
  };
}

/** A job of a batch, and what it is made from. */
interface ChunkJob extends PlannedJob {
  readonly input: Uint8Array;
}

/** One batch's pending proof. */
class ChunkTree {
  readonly #proving: Proving;
  readonly #prover: QueuedProver;
  readonly #options: BatchProofOptions;
  readonly #inputs: BlobId[] = [];
  /** Further offers besides the tree's: a batch that is cut otherwise retains its finished and pending proofs. */
  readonly #offers = new Map<JobId, Promise<OpenOffer>>();

  constructor(proving: Proving, prover: QueuedProver, options: BatchProofOptions) {
    this.#proving = proving;
    this.#prover = prover;
    this.#options = options;
  }

  async prove(witness: ExecutionWitness, claim: ExecutionClaim): Promise<ProvenExecution | UnprovenExecution> {
    const { signal, onProgress } = this.#options;
    const begun = performance.now();
    for (const cuts: number[] = []; ;) {
      onProgress?.({ chunk: 0, chunks: 1, phase: "plan", fraction: 0 });
      const planned = await this.#prover.plan(witness, claim, { cuts, ...(signal === undefined ? {} : { signal }) });
      if (planned.kind === "unproven") return planned;
      try {
        const { chunks, metrics } = await this.#drive(await this.#jobsOf(planned, claim), claim);
        const { provenBits } = planned;
        const proof = batchProof(planned, witness, claim, chunks);
        return { kind: "proven", proof, metrics: { ...metrics, seconds: (performance.now() - begun) / 1000, provenBits } };
      } catch (error) {
        if (!(error instanceof CrowdedChunkError)) throw error;
        cuts.push(middleOf(error.crowded));
      }
    }
  }

  /** Releases all of its proofs. */
  async release(): Promise<void> {
    this.#hold([], 0n);
    await Promise.all(this.#inputs.map((input) => this.#proving.blobs.drop(input)));
  }

  /** Keeps offers of these jobs, and of no others. The smallest first: while the first one's tables are filled none is proven. */
  #hold(jobs: readonly ChunkJob[], chain: ChainId): void {
    const inOrder = [...jobs].sort((a, b) => a.job.weight - b.job.weight);
    const wanted = new Map(inOrder.map((job) => [jobId(job.job), job]));
    for (const [id, job] of wanted)
      if (!this.#offers.has(id)) this.#offers.set(id, this.#proving.queue.offer({ ...job, needs: [], chain }));
    for (const [id, held] of this.#offers) {
      if (wanted.has(id)) continue;
      this.#offers.delete(id);
      // One that still waits for room is withdrawn when it has it.
      void held.then((offer) => offer.withdraw()).catch(() => undefined);
    }
  }

  async #jobsOf({ program: digest, chunks }: KeyedBatch, { batch }: ExecutionClaim): Promise<ChunkJob[]> {
    const [key, version] = [toHex(digest), batch.protocolVersion];
    const program = statedKernel(version);
    const jobs = chunks.map(async ({ input: bytes, cells }): Promise<ChunkJob> => {
      const input = await this.#proving.blobs.put(bytes);
      this.#inputs.push(input);
      const ends = chunkEnds(bytes);
      return {
        job: { kind: "chunk", version, key, input, needs: [], weight: Math.round(cells) },
        input: bytes,
        statement: chunkStatement(program, ends),
        check: (proof) => this.#prover.checkChunk(version, ends, proof),
      };
    });
    return Promise.all(jobs);
  }

  /** Reports the first chunk that has no proof yet, and no other: several may be pending. */
  async #drive(jobs: readonly ChunkJob[], { chainId: chain }: ExecutionClaim): Promise<DrivenChunks> {
    const { signal, onProgress } = this.#options;
    this.#hold(jobs, chain);
    const ids = jobs.map(({ job }) => jobId(job));
    const looks = new Map<JobId, ProofProgress>();
    const done = new Set<JobId>();
    const tell = (): void => {
      const chunk = ids.findIndex((id) => !done.has(id));
      const { phase, fraction, worker } = looks.get(ids[chunk] ?? "0x") ?? QUEUED;
      if (chunk >= 0) onProgress?.({ chunk, chunks: ids.length, phase, fraction, ...(worker === undefined ? {} : { worker }) });
    };
    tell();
    const proofs = await driveTree(this.#proving, jobs, {
      chain,
      signal,
      onProgress: (id, progress) => (looks.set(id, progress), tell()),
      onDone: (id) => {
        done.add(id);
        tell();
      },
    });
    const made = jobs.flatMap(({ input }, i) => {
      const proof = proofs.get(ids[i] ?? "0x");
      return proof === undefined ? [] : [{ ...proof, after: chunkEnds(input).after }];
    });
    return {
      chunks: made.map(({ after, bytes }) => ({ ...after, proof: bytes })),
      metrics: sumOf(made.map(({ metrics }) => metrics)),
    };
  }
}

interface DrivenChunks {
  readonly chunks: readonly ChunkProof[];
  readonly metrics: Pick<ProvenExecution["metrics"], "chunks" | "cells" | "phaseSeconds">;
}

function sumOf(metrics: readonly ProofMetrics[]): DrivenChunks["metrics"] {
  const phaseSeconds: Partial<Record<ProofPhase, number>> = {};
  for (const [phase, seconds] of metrics.flatMap((each) => Object.entries(each.phaseSeconds) as [ProofPhase, number][]))
    phaseSeconds[phase] = (phaseSeconds[phase] ?? 0) + seconds;
  return { chunks: metrics.length, cells: metrics.reduce((sum, { cells }) => sum + cells, 0), phaseSeconds };
}

function batchProof(
  { program, relisting }: KeyedBatch,
  { environment: { chainId, boundary } }: ExecutionWitness,
  claim: ExecutionClaim,
  chunks: readonly ChunkProof[],
): Uint8Array {
  return encodeBatchProof({
    program,
    protocolVersion: claim.batch.protocolVersion,
    chainId,
    batchNumber: boundary.nextBatch,
    blockHashes: boundary.blockHashes,
    rootBefore: claimedEnds(claim).rootBefore,
    chunks,
    relisting,
  });
}

/**
 * The steps of a chunk have more cells together than was planned: its batch is to be cut otherwise.
 * Remedy: none is needed: the prover divides the batch into other chunks.
 */
export class CrowdedChunkError extends HyperchainError<"ChunkCrowded"> {
  override readonly name = "CrowdedChunkError";
  readonly crowded: CrowdedChunk;

  constructor(crowded: CrowdedChunk) {
    super("ChunkCrowded", `the ${crowded.count} steps from step ${crowded.firstStep} on are more than a chunk may be together`);
    this.crowded = crowded;
  }
}
