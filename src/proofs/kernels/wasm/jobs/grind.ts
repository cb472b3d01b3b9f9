import { add } from "../../../field/koala-bear.ts";
import { TRANSCRIPT_TAG } from "../../reference/grind.ts";
import { bytesToDigest } from "../../tree-hash.ts";
import { RATE_WORDS } from "../emit/keccak.ts";
import { ABORT_CELL, FOUND_TASK_CELL, KECCAK_CONSTANTS_AT, POSEIDON_CONSTANTS_AT } from "../memory/fixed-memory.ts";
import { toMontgomery } from "../../montgomery.ts";
import type { Thread } from "../memory/thread.ts";
import type { JobBase, TaskRunner } from "./task.ts";

/** Nonces per task: a millisecond or two, the time an abort takes to be noticed. */
export const NONCES_PER_TASK = 4096;
/** Scratch bytes that each thread needs: one block of keccak for two messages, which is more than Poseidon's nine words. */
export const GRIND_SCRATCH_BYTES = 16 * RATE_WORDS;

/** Hash function on which nonces are tried. */
export type GrindSearch =
  | {
      readonly hash: "keccak";
      /** The padded block, without the nonce. */
      readonly message: BigUint64Array;
      readonly nonceWord: number;
      /** Bits of the digest's first word that must be zero. */
      readonly mask: bigint;
    }
  | {
      readonly hash: "poseidon";
      /** State in the kernel's form. */
      readonly state: Uint32Array;
      /** Bits of the first element that must be zero. */
      readonly mask: number;
    };

/** The search for a nonce, `NONCES_PER_TASK` of them per task, in ascending order. */
export interface GrindJob extends JobBase {
  readonly kind: "grind";
  readonly search: GrindSearch;
}

/** Search for a state of eight elements and up to 31 bits; otherwise `undefined`. */
export function poseidonSearch(seed: Uint8Array, bits: number): GrindSearch | undefined {
  const state = bytesToDigest(seed);
  if (bits > 31) return undefined;
  const [first = 0, ...others] = state;
  const words = [add(first, TRANSCRIPT_TAG), ...others].map(toMontgomery);
  return { hash: "poseidon", state: Uint32Array.from([...words, first]), mask: 2 ** bits - 1 };
}

/** Tries the nonces of a task; −1 if none is right. */
type TryNonces = (first: bigint) => bigint;

/** `found` is called with a nonce that no other task of this thread undercuts. */
export function runGrind(thread: Thread, job: GrindJob, scratchStart: number, onFound: (nonce: bigint) => void): TaskRunner {
  const cells = new Int32Array(thread.words.buffer);
  const { search } = job;
  const tryNonces = search.hash === "keccak" ? onKeccak(thread, search, scratchStart) : onPoseidon(thread, search, scratchStart);
  return (task) => {
    // Tasks are handed out in order, so those before the first success are all done or running.
    if (Atomics.load(cells, ABORT_CELL / 4) !== 0 || task > Atomics.load(cells, FOUND_TASK_CELL / 4)) return false;
    const nonce = tryNonces(BigInt(task) * BigInt(NONCES_PER_TASK));
    if (nonce < 0n) return true;
    let earliest = Atomics.load(cells, FOUND_TASK_CELL / 4);
    while (task < earliest) {
      const seen = Atomics.compareExchange(cells, FOUND_TASK_CELL / 4, earliest, task);
      if (seen === earliest) break;
      earliest = seen;
    }
    onFound(nonce);
    return false;
  };
}

function onKeccak({ kernels, words }: Thread, search: GrindSearch & { hash: "keccak" }, scratchStart: number): TryNonces {
  const { message, nonceWord, mask } = search;
  const block = new BigUint64Array(words.buffer, scratchStart, 2 * RATE_WORDS);
  message.forEach((word, i) => {
    block[2 * i] = word;
    block[2 * i + 1] = word;
  });
  const nonceAt = scratchStart + 16 * nonceWord;
  return (first) => kernels.grind(scratchStart, nonceAt, first, NONCES_PER_TASK, mask, KECCAK_CONSTANTS_AT);
}

function onPoseidon({ kernels, words }: Thread, search: GrindSearch & { hash: "poseidon" }, scratchStart: number): TryNonces {
  words.set(search.state, scratchStart / 4);
  return (first) => kernels.grindPoseidon(scratchStart, Number(first), NONCES_PER_TASK, search.mask, POSEIDON_CONSTANTS_AT);
}
