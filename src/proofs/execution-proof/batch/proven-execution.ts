import type { ProofPhase } from "../../stark/proving/column-prover.ts";
import type { ExecutionWitness } from "./batch-witness.ts";
import type { ExecutionClaim } from "./execution-claim.ts";
import type { UnprovenExecution } from "./unproven-execution.ts";
import type { ExecutionProgress } from "./execution-progress.ts";
import type { CutOptions } from "./planned-batch.ts";

interface ExecutionMetrics {
  readonly chunks: number;
  /** Cells of all chunks' tables, including the padding. */
  readonly cells: number;
  readonly seconds: number;
  /** Seconds of each phase, of all chunks. */
  readonly phaseSeconds: Readonly<Partial<Record<ProofPhase, number>>>;
  readonly provenBits: number;
}

export interface ProvenExecution {
  readonly kind: "proven";
  readonly proof: Uint8Array;
  readonly metrics: ExecutionMetrics;
}

/** Proves the execution of batches. */
export interface BatchProver {
  /** Rejects with ExecutionProverError, or with the signal's reason when aborted. */
  prove(
    witness: ExecutionWitness,
    claim: ExecutionClaim,
    options?: BatchProofOptions,
  ): Promise<ProvenExecution | UnprovenExecution>;
}

export interface BatchProofOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ExecutionProgress) => void;
}

/** The proof of a chunk. */
export interface MadeChunk {
  readonly kind: "made";
  readonly proof: Uint8Array;
  readonly metrics: ChunkMetrics;
}

interface ChunkMetrics {
  readonly backend: string;
  readonly workers: number;
  /** Height of the highest table, as log2. */
  readonly logRows: number;
  /** Cells of all tables, including the padding. */
  readonly cells: number;
  readonly phaseSeconds: Readonly<Partial<Record<ProofPhase, number>>>;
}

export interface PlanOptions extends Partial<CutOptions> {
  /** Aborting rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface ChunkOptions {
  /** Aborting rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ChunkProgress) => void;
  /** Cells that a step's tables may have without being cut into segments. Default `SEGMENT_CELLS`. */
  readonly segmentCells?: number;
}

/** Progress of a chunk's proof. */
export interface ChunkProgress {
  readonly phase: ProofPhase;
  /** Part of this phase that is done, 0…1. */
  readonly fraction: number;
}

/** Cells above which a step is proven in segments, each of which has at most half as many if their number suffices. */
export const SEGMENT_CELLS = 120_000_000;

/** Maximum number of cells of a chunk of several steps: its proof takes less than 3 GiB (docs/figures.md). */
export const MAX_CELLS = 120_000_000;
