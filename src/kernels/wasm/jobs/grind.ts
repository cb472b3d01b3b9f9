import { RATE_WORDS } from "../emit/keccak.ts";
import { ABORT_CELL, FOUND_TASK_CELL, KECCAK_CONSTANTS_AT } from "../fixed-memory.ts";
import type { Thread } from "../thread.ts";
import type { JobBase, TaskRunner } from "./task.ts";

/** Nonces per task: about a millisecond, the time an abort takes to be noticed. */
const NONCES_PER_TASK = 4096;
/** Scratch bytes that each thread needs: one block for two messages. */
export const GRIND_SCRATCH_BYTES = 16 * RATE_WORDS;

/** The search for a nonce, `NONCES_PER_TASK` of them per task, in ascending order. */
export interface GrindJob extends JobBase {
  readonly kind: "grind";
  /** The padded block, without the nonce. */
  readonly message: BigUint64Array;
  readonly nonceWord: number;
  /** Bits of the digest's first word that must be zero. */
  readonly mask: bigint;
}

/** `found` is called with a nonce that no other task of this thread undercuts. */
export function runGrind(thread: Thread, job: GrindJob, scratchStart: number, found: (nonce: bigint) => void): TaskRunner {
  const { kernels, words } = thread;
  const cells = new Int32Array(words.buffer);
  const block = new BigUint64Array(words.buffer, scratchStart, 2 * RATE_WORDS);
  job.message.forEach((word, i) => {
    block[2 * i] = word;
    block[2 * i + 1] = word;
  });
  return (task) => {
    // Tasks are handed out in order, so those before the first success are all done or running.
    if (Atomics.load(cells, ABORT_CELL / 4) !== 0 || task > Atomics.load(cells, FOUND_TASK_CELL / 4)) return false;
    const first = BigInt(task) * BigInt(NONCES_PER_TASK);
    const nonceAt = scratchStart + 16 * job.nonceWord;
    const nonce = kernels.grind(scratchStart, nonceAt, first, NONCES_PER_TASK, job.mask, KECCAK_CONSTANTS_AT);
    if (nonce < 0n) return true;
    let earliest = Atomics.load(cells, FOUND_TASK_CELL / 4);
    while (task < earliest) {
      const seen = Atomics.compareExchange(cells, FOUND_TASK_CELL / 4, earliest, task);
      if (seen === earliest) break;
      earliest = seen;
    }
    found(nonce);
    return false;
  };
}
