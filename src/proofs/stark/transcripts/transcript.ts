import { keccak_256 } from "@noble/hashes/sha3.js";

import type { Ext } from "../../field/extension.ts";
import { reduce } from "../../field/koala-bear.ts";
import { concat } from "./bytes.ts";

/** Names of what the transcript takes in and gives out, in proof order. They are not hashed; tests and tools use them. */
export type TranscriptLabel =
  | "verificationKey"
  | "seed"
  | "foldBefore"
  | "early"
  | "statement"
  | "header"
  | "auxiliary"
  | "mainRoot"
  | "lookupFold"
  | "lookupOffset"
  | "lookupRootAndSums"
  | "composition"
  | "quotientRoot"
  | "point"
  | "openings"
  | "deep"
  | "friRoot"
  | "friFold"
  | "batch"
  | "round"
  | "fold"
  | "finalPolynomial"
  | "nonce"
  | "queries";

/** A labelled input. */
export interface TranscriptInput {
  readonly label: TranscriptLabel;
  readonly bytes: Uint8Array;
}

/**
 * The Fiat–Shamir transcript: a state that every input changes. What is said of bytes and bits is keccak's way;
 * `poseidon-transcript.ts` has the other one.
 */
export interface Transcript {
  /** state := keccak256(state ‖ bytes). */
  absorb(label: TranscriptLabel, bytes: Uint8Array): void;
  /**
   * An extension challenge. Coordinate i is ((state >> c·i) mod 2^c) mod p with c = ⌊255 / degree⌋, the state read as a
   * big-endian integer. A challenge that follows another without an input in between first sets state := keccak256(state).
   */
  challenge(label: TranscriptLabel): Ext;
  /** State for the search of the grinding nonce, as bytes. */
  grindingSeed(): Uint8Array;
  /** state := keccak256(state ‖ nonce), nonce 8 bytes; returns the leading zero bits of the new state: the work done. */
  grind(nonce: Uint8Array): number;
  /**
   * `count` distinct positions in [0, 2^logDomain), ascending. Candidates come from keccak256(state ‖ c as 32 bytes),
   * c = 0, 1, …: ⌊256 / logDomain⌋ per hash, lowest bits first; repetitions are skipped. Undefined when `count` + 16
   * hashes do not hold as many: with a domain of at least 2·count positions this happens with probability below 2^-60.
   */
  queries(logDomain: number, count: number): readonly number[] | undefined;
}

/** Hashes that positions may take beyond one for each. */
export const SPARE_HASHES = 16;

export type TranscriptFactory = (degree: number, inputs: readonly TranscriptInput[]) => Transcript;

/** A transcript whose first state is keccak256 of the concatenated inputs. */
export function createTranscript(degree: number, inputs: readonly TranscriptInput[]): Transcript {
  let state = keccak_256(concat(inputs.map((input) => input.bytes)));
  let drawn = false;
  const coordinateBits = BigInt(Math.floor(255 / degree));
  const mask = (1n << coordinateBits) - 1n;
  return {
    absorb(_label, bytes) {
      state = keccak_256(concat([state, bytes]));
      drawn = false;
    },
    challenge() {
      if (drawn) state = keccak_256(state);
      drawn = true;
      const word = toInteger(state);
      return Array.from({ length: degree }, (_, i) => reduce((word >> (coordinateBits * BigInt(i))) & mask));
    },
    grindingSeed: () => state.slice(),
    grind(nonce) {
      state = keccak_256(concat([state, nonce]));
      drawn = false;
      return leadingZeroBits(state);
    },
    queries(logDomain, count) {
      const positions = new Set<number>();
      const mask = (1n << BigInt(logDomain)) - 1n;
      for (let counter = 0; positions.size < count; counter++) {
        if (counter === count + SPARE_HASHES) return undefined;
        let word = toInteger(keccak_256(concat([state, counterBytes(counter)])));
        for (let i = 0; i < Math.floor(256 / logDomain) && positions.size < count; i++) {
          positions.add(Number(word & mask));
          word >>= BigInt(logDomain);
        }
      }
      return [...positions].sort((a, b) => a - b);
    },
  };
}

function toInteger(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value;
}

function counterBytes(counter: number): Uint8Array {
  const bytes = new Uint8Array(32);
  new DataView(bytes.buffer).setUint32(28, counter);
  return bytes;
}

function leadingZeroBits(bytes: Uint8Array): number {
  const first = bytes.findIndex((byte) => byte !== 0);
  return first < 0 ? 8 * bytes.length : 8 * first + Math.clz32(bytes[first] ?? 0) - 24;
}
