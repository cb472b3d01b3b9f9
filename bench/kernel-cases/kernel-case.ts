import type { Backend } from "../../src/kernels/backend.ts";

/** One comparison: the same work by a fast kernel and by its reference, repeatable and without side effects. */
export interface KernelCase {
  readonly kernel: string;
  /** What was computed, in words: shape and count. */
  readonly size: string;
  /** What `count` counts, e.g. "elements". */
  readonly unit: string;
  readonly count: number;
  readonly wasm: () => Promise<unknown>;
  readonly reference: () => Promise<unknown>;
  /** Releases what the case holds. */
  readonly close?: () => Promise<void>;
}

/** The same operation for either backend. */
export type BackendOperation = Pick<KernelCase, "kernel" | "size" | "unit" | "count"> & {
  readonly run: (backend: Backend) => Promise<() => Promise<unknown>>;
};
