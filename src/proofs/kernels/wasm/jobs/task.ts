import type { TwiddleAddresses } from "../memory/thread.ts";

/** Fields of every job. */
export interface JobBase {
  readonly taskCount: number;
  /** Address and size of the scratch of the first thread; those of the others follow. */
  readonly scratch: { readonly start: number; readonly bytesPerThread: number };
  readonly twiddles: TwiddleAddresses;
}

/** Runs task after task on one thread; returning false ends the thread's part of the job early. */
export type TaskRunner = (task: number) => boolean;
