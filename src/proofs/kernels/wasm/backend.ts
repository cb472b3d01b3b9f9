import { availableParallelism } from "node:os";
import { startNodeThread } from "./device/node-thread.ts";
import { createThreadedBackend, type WasmBackend } from "./threaded-backend.ts";

/** Options of `createWasmBackend`. */
export interface WasmBackendOptions {
  /** Threads to compute on; by default as many as the machine has cores. */
  readonly workers?: number;
  /** Layers from which on a keccak tree of single rows keeps but an eighth of its digests; default 20, of 54 MB otherwise. */
  readonly prunedDepth?: number;
}

/**
 * The fast backend on threads of Node's, which do not keep the process alive while no operation runs. Rejects with RangeError for
 * a number of workers that is not a positive integer.
 */
export async function createWasmBackend(options: WasmBackendOptions = {}): Promise<WasmBackend> {
  const { workers = availableParallelism(), prunedDepth } = options;
  return createThreadedBackend({ workers, prunedDepth, startThread: startNodeThread });
}
