import type { LoneBatch } from "../../../src/chain/sequencer/lone-batch.ts";

/** A moment of a link, after a step of one of its two batches. */
export interface Moment {
  readonly name: string;
  /** Index of the chain: the sender's is 0. */
  readonly chain: 0 | 1;
  /** Undefined after the last step. */
  readonly step?: keyof Pick<LoneBatch, "importRoots" | "include" | "seal">;
  /** The step's number among those of its kind. */
  readonly times: number;
}

/** Moments between the parts of a link, in their order (`LinkAttempt`). */
export const MOMENTS: readonly Moment[] = [
  { name: "peer-imported", chain: 1, step: "importRoots", times: 1 },
  { name: "peer-received", chain: 1, step: "include", times: 1 },
  { name: "peer-sealed", chain: 1, step: "seal", times: 1 },
  { name: "sender-imported", chain: 0, step: "importRoots", times: 1 },
  { name: "sender-confirmed", chain: 0, step: "include", times: 1 },
  { name: "sender-sent", chain: 0, step: "include", times: 2 },
  { name: "sender-sealed", chain: 0, step: "seal", times: 1 },
  { name: "both-sealed", chain: 0, times: 1 },
];
