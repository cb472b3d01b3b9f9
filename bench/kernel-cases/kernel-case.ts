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
