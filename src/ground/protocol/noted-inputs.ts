import { fromHex, keccak, wordToHex, type Hex } from "./hex.ts";
import type { ImportedRoot } from "./rolling-hash.ts";

/** Steps of the kernel that make a block, as the hash of a batch's inputs has them. */
export const InputKind = {
  /** Block of users. */
  block: 1n,
  opening: 3n,
  imports: 4n,
  closing: 5n,
  /** First block of an operation. */
  operation: 6n,
  /** Opening that forgets the hashes of older blocks. */
  forgettingOpening: 9n,
  /** Each further block of an operation. */
  nextOfOperation: 10n,
} as const;

/** Block of a batch as its inputs have it. */
export interface BlockInput {
  /** One of `InputKind`, with the number of roots above the lowest byte of an import. */
  readonly kind: bigint;
  /** Seconds. */
  readonly timestamp: bigint;
  /** Hash of the block before; 0 if no transaction can ask for it. */
  readonly parentHash: Hex;
}

/** Transaction of a batch as its inputs have it. */
export interface TransactionInput {
  /** Hash of the bytes that its sender signed. */
  readonly signedHash: Hex;
  readonly yParity: bigint;
  readonly r: bigint;
  /** At most half of the curve's order. */
  readonly s: bigint;
}

/** Kind of a block that imports the given number of roots. */
export function kindOfImports(roots: number): bigint {
  return InputKind.imports | (BigInt(roots) << 8n);
}

/** Hash of no inputs. */
export const NO_INPUTS: Hex = wordToHex(0n);

/** keccak(before ‖ kind << 64 | seconds ‖ parent's hash). */
export function noteBlock(before: Hex, { kind, timestamp, parentHash }: BlockInput): Hex {
  return keccakOf(before, wordToHex((kind << 64n) | timestamp), parentHash);
}

/** keccak(before ‖ index ‖ root): of each root of an import, after its block, which has the number of roots. */
export function noteRoot(before: Hex, { registryIndex, root }: ImportedRoot): Hex {
  return keccakOf(before, wordToHex(registryIndex), root);
}

/** keccak(before ‖ signed hash ‖ r ‖ parity << 255 | s): a word longer than a block's, so no block reads as a transaction. */
export function noteTransaction(before: Hex, { signedHash, yParity, r, s }: TransactionInput): Hex {
  return keccakOf(before, signedHash, wordToHex(r), wordToHex((yParity << 255n) | s));
}

function keccakOf(...words: readonly Hex[]): Hex {
  return keccak(...words.map((word) => fromHex(word, 32)));
}
