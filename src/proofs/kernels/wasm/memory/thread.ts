import type { Kernels } from "./kernel-module.ts";

/** Resources of a job on the thread that runs it. */
export interface Thread {
  readonly kernels: Kernels;
  /** The whole shared memory, with its size at the start of the job. */
  readonly words: Uint32Array;
}

/** Addresses of the tables of `twiddles.ts`. */
export interface TwiddleAddresses {
  readonly blocks: number;
  readonly tail: number;
  /** Bytes between the arrays of the tail. */
  readonly tailStride: number;
}
