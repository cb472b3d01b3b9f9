import { nodeShape } from "../emit/hash-nodes-keccak.ts";
import { KECCAK_CONSTANTS } from "../emit/keccak.ts";
import { POSEIDON_CONSTANTS } from "../emit/poseidon.ts";
import { R_SQUARED } from "../../montgomery.ts";

/** Shared cells: the next task of the running job; the first task that found a nonce; whether to stop looking. */
export const NEXT_TASK_CELL = 64;
export const FOUND_TASK_CELL = 128;
export const ABORT_CELL = 192;

/** Constants that the kernels read, 16-byte aligned. */
export const KECCAK_CONSTANTS_AT = 256;
/** Vectors of 0, 1 and R² mod p in every lane. */
export const ZERO_AT = 1152;
export const ONE_AT = 1168;
export const R_SQUARED_AT = 1184;
const NODE_SHAPES_AT = 1280;
const NODE_SHAPE_BYTES = 128;
const SMALLEST_DIGEST = 16;
const LARGEST_DIGEST = 32;

export const POSEIDON_CONSTANTS_AT = NODE_SHAPES_AT + NODE_SHAPE_BYTES * (LARGEST_DIGEST - SMALLEST_DIGEST + 1);

/** First address that belongs to the heap. */
export const FIXED_BYTES = 8192;

/** Address of `nodeShape(digestBytes)`. */
export function nodeShapeAt(digestBytes: number): number {
  return NODE_SHAPES_AT + NODE_SHAPE_BYTES * (digestBytes - SMALLEST_DIGEST);
}

/** Writes all constants; call once, before the first kernel runs. */
export function writeFixedMemory(buffer: ArrayBuffer | SharedArrayBuffer): void {
  const words = new Uint32Array(buffer);
  new BigUint64Array(buffer).set(KECCAK_CONSTANTS, KECCAK_CONSTANTS_AT / 8);
  words.set(POSEIDON_CONSTANTS, POSEIDON_CONSTANTS_AT / 4);
  words.fill(0, ZERO_AT / 4, ZERO_AT / 4 + 4);
  words.fill(1, ONE_AT / 4, ONE_AT / 4 + 4);
  words.fill(R_SQUARED, R_SQUARED_AT / 4, R_SQUARED_AT / 4 + 4);
  for (let digestBytes = SMALLEST_DIGEST; digestBytes <= LARGEST_DIGEST; digestBytes++) {
    new BigUint64Array(buffer).set(nodeShape(digestBytes), nodeShapeAt(digestBytes) / 8);
  }
}
