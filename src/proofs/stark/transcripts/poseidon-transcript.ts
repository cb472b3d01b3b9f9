import { P } from "../../field/koala-bear.ts";
import type { Backend } from "../../kernels/backend.ts";
import { lowZeroBits, TRANSCRIPT_TAG } from "../../kernels/reference/grind.ts";
import { compress, DIGEST_WIDTH } from "../../kernels/poseidon.ts";
import { bytesToDigest, digestToBytes } from "../../kernels/tree-hash.ts";
import { UNIFORM_BITS } from "../systems/parameters.ts";
import type { Transcript, TranscriptFactory, TranscriptInput } from "./transcript.ts";
import { wordsOf } from "./transcript-form.ts";

const ZEROS: readonly number[] = new Array<number>(DIGEST_WIDTH).fill(0);

/** Elements in blocks of eight, the last one filled up with zeros. How many they are follows from what was said before them. */
function blocksOf(elements: readonly number[]): number[][] {
  return Array.from({ length: Math.ceil(elements.length / DIGEST_WIDTH) }, (_, block) =>
    Array.from({ length: DIGEST_WIDTH }, (__, i) => elements[DIGEST_WIDTH * block + i] ?? 0),
  );
}

/**
 * A transcript that a program over the same field can follow. It takes elements in, four big-endian bytes each: a state of eight
 * of them, zeros at first, and state := C₁₇(state, block) for each block. Whatever is drawn behind another draw, and each eight
 * of the positions, comes from state := C₁₇(state, 0⁸).
 *
 * A challenge is the state's first coordinates. The nonce is one element, and the low bits of the state's first element that are
 * 0 are what grinding has found. Positions are the low bits of all eight elements, in their order; they may repeat.
 */
export function poseidonTranscript(compressOf: Backend["compress"]): TranscriptFactory {
  return (degree, inputs) => begin(compressOf, degree, inputs);
}

function begin(compressOf: Backend["compress"], degree: number, inputs: readonly TranscriptInput[]): Transcript {
  let state: readonly number[] = ZEROS;
  let drawn = false;
  const take = (elements: readonly number[]): void => {
    for (const block of blocksOf(elements)) state = compressOf(TRANSCRIPT_TAG, state, block);
    drawn = false;
  };
  for (const { bytes } of inputs) take(wordsOf(bytes));
  return {
    absorb: (_label, bytes) => take(wordsOf(bytes)),
    challenge() {
      if (drawn) take(ZEROS);
      drawn = true;
      return state.slice(0, degree);
    },
    grindingSeed: () => digestToBytes(state),
    grind(nonce) {
      take([nonceElement(nonce)]);
      return Math.min(UNIFORM_BITS, lowZeroBits(state[0] ?? 0));
    },
    queries(logDomain, count) {
      const positions: number[] = [];
      while (positions.length < count) {
        take(ZEROS);
        positions.push(...state.map((element) => element % 2 ** logDomain));
      }
      return positions.slice(0, count);
    },
  };
}

/** Element of a nonce's eight big-endian bytes. */
function nonceElement(nonce: Uint8Array): number {
  const view = new DataView(nonce.buffer, nonce.byteOffset, nonce.byteLength);
  return Number(view.getBigUint64(0) % BigInt(P));
}

/** The chain of compressions over elements' blocks from eight zeros, as bytes. */
export function chainDigest(tag: number, elements: readonly number[]): Uint8Array {
  return digestToBytes(blocksOf(elements).reduce<readonly number[]>((digest, block) => compress(tag, digest, block), ZEROS));
}

/** One compression of digests that are bytes. */
export function compressBytes(tag: number, left: Uint8Array, right: Uint8Array): Uint8Array {
  return digestToBytes(compress(tag, bytesToDigest(left), bytesToDigest(right)));
}
