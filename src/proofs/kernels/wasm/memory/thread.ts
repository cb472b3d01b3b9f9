import type { Kernels } from "./kernel-module.ts";

/** What a job sees of the thread it runs on. */
export interface Thread {
  readonly kernels: Kernels;
  /** The whole shared memory, as large as it was when the job began. */
  readonly words: Uint32Array;
}

/** Where the tables of `twiddles.ts` lie. */
export interface TwiddleAddresses {
  readonly blocks: number;
  readonly tail: number;
  /** Bytes between the arrays of the tail. */
  readonly tailStride: number;
}
