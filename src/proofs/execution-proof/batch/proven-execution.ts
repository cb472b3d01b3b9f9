import type { ProofPhase } from "../../stark/proving/column-prover.ts";
import type { ExecutionWitness } from "./batch-witness.ts";
import type { ExecutionClaim } from "./execution-claim.ts";
import type { UnprovenExecution } from "./unproven-execution.ts";
import type { ExecutionProgress } from "./execution-progress.ts";
import type { CutOptions } from "./planned-batch.ts";

interface ExecutionMetrics {
  readonly chunks: number;
  /** Of all chunks' tables, those that fill them up included. */
  readonly cells: number;
  readonly seconds: number;
  /** Of all chunks. */
  readonly phaseSeconds: Readonly<Partial<Record<ProofPhase, number>>>;
  readonly provenBits: number;
}

export interface ProvenExecution {
  readonly kind: "proven";
  readonly proof: Uint8Array;
  readonly metrics: ExecutionMetrics;
}

/** Has the execution of batches proven. */
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
  /** Of the highest table. */
  readonly logRows: number;
  /** Of all tables, those that fill them up included. */
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

/** How far the proof of a chunk is. */
export interface ChunkProgress {
  readonly phase: ProofPhase;
  /** Part of this phase that is done, 0…1. */
  readonly fraction: number;
}

/** A step with more cells is proven in segments, each of which has half as many where their number suffices, and no more. */
export const SEGMENT_CELLS = 120_000_000;

/** What a chunk of several steps may have: its proof takes less than 3 GiB (docs/figures.md). */
export const MOST_CELLS = 120_000_000;
