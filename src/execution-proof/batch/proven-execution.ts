import type { ExecutionProgress } from "./execution-progress.ts";
import type { BegunBatch } from "./filling-requests.ts";

export interface ExecutionMetrics {
  readonly chunks: number;
  /** Of all chunks' tables, those that fill them up included. */
  readonly cells: number;
  readonly seconds: number;
  readonly phaseSeconds: Readonly<Partial<Record<ExecutionProgress["phase"], number>>>;
  readonly provenBits: number;
  readonly workers: number;
}

export interface ProvenExecution {
  readonly kind: "proven";
  readonly proof: Uint8Array;
  readonly metrics: ExecutionMetrics;
}

export interface ProvingOptions {
  /** Aborting rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ExecutionProgress) => void;
  /** Cells that a chunk may have. Default `MOST_CELLS`. */
  readonly mostCells?: number;
  /** Cells that a step's tables may have without being cut into segments. Default `SEGMENT_CELLS`. */
  readonly segmentCells?: number;
  /** The same batch where the filler has begun with it, for as many cells. */
  readonly begun?: BegunBatch;
}

/** A step with more cells is proven in segments, each of which has half as many where their number suffices, and no more. */
export const SEGMENT_CELLS = 120_000_000;

/** What a chunk of several steps may have: its proof takes less than 3 GiB (docs/figures.md). */
export const MOST_CELLS = 120_000_000;
