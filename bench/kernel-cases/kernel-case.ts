import type { Backend } from "../../src/proofs/kernels/backend.ts";

/** One comparison: the same work by a fast kernel and by its reference, repeatable and without side effects. */
export interface KernelCase {
  readonly kernel: string;
  /** Shape and count of the input, as text. */
  readonly size: string;
  /** Unit of `count`, for example "elements". */
  readonly unit: string;
  readonly count: number;
  readonly wasm: () => Promise<unknown>;
  readonly reference: () => Promise<unknown>;
  /** Releases what the case holds. */
  readonly close?: () => Promise<void>;
}

/** Operation that both backends provide. */
export type BackendOperation = Pick<KernelCase, "kernel" | "size" | "unit" | "count"> & {
  readonly run: (backend: Backend) => Promise<() => Promise<unknown>>;
};
