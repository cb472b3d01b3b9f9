import { isCanonical } from "../../field/koala-bear.ts";
import { elementsToBytes, type Digest } from "../../../ground/protocol/digest.ts";
import { LIMB_BITS, VALUE_LIMBS } from "./note.ts";

/** Claims of a join-split: two notes of a tree are spent, two are created, and no value appears or is lost. */
export interface JoinSplitStatement {
  readonly root: Digest;
  readonly nullifiers: readonly [Digest, Digest];
  readonly commitments: readonly [Digest, Digest];
  /** Gwei that enter and leave the notes, below 2^64. */
  readonly valueIn: bigint;
  readonly valueOut: bigint;
  /** Hash of everything else that the transaction does; 32 bytes that the transcript binds. */
  readonly digest: Uint8Array;
}

const DIGESTS = 5;
const DIGEST_BYTES = 32;
const VALUE_BYTES = 8;
const STATEMENT_LENGTH = DIGESTS * DIGEST_BYTES + 2 * VALUE_BYTES + DIGEST_BYTES;

/** Number of public values: the elements of all digests, and the limbs of both values. */
export const PUBLIC_COUNT = DIGESTS * 8 + 2 * VALUE_LIMBS;

/** Index of the first public value of each part. */
export const PUBLIC = {
  root: 0,
  nullifiers: [8, 16],
  commitments: [24, 32],
  valueIn: 40,
  valueOut: 40 + VALUE_LIMBS,
} as const;

/** Encodes root, nullifiers, commitments, both values as u64, and digest. Throws RangeError for a value of 2^64 or more. */
export function encodeStatement(statement: JoinSplitStatement): Uint8Array {
  const { root, nullifiers, commitments, valueIn, valueOut, digest } = statement;
  if (digest.length !== DIGEST_BYTES) throw new RangeError(`the digest has ${DIGEST_BYTES} bytes, not ${digest.length}`);
  const bytes = new Uint8Array(STATEMENT_LENGTH);
  const view = new DataView(bytes.buffer);
  [root, ...nullifiers, ...commitments].forEach((each, i) => bytes.set(elementsToBytes(each), i * DIGEST_BYTES));
  [valueIn, valueOut].forEach((value, i) => {
    if (value < 0n || value >= 1n << 64n) throw new RangeError(`a value of the pool is below 2^64 gwei, got ${value}`);
    view.setBigUint64(DIGESTS * DIGEST_BYTES + i * VALUE_BYTES, value);
  });
  bytes.set(digest, STATEMENT_LENGTH - DIGEST_BYTES);
  return bytes;
}

/** Public values of an encoded statement; undefined for another length or an element that is not canonical. */
export function statementPublicValues(statement: Uint8Array): number[] | undefined {
  if (statement.length !== STATEMENT_LENGTH) return undefined;
  const view = new DataView(statement.buffer, statement.byteOffset, statement.byteLength);
  const elements = Array.from({ length: DIGESTS * 8 }, (_, i) => view.getUint32(4 * i));
  if (!elements.every(isCanonical)) return undefined;
  const limbs = Array.from({ length: 2 * VALUE_LIMBS }, (_, i) => {
    const end = DIGESTS * DIGEST_BYTES + VALUE_BYTES * (1 + Math.floor(i / VALUE_LIMBS));
    return view.getUint16(end - (LIMB_BITS / 8) * (1 + (i % VALUE_LIMBS)));
  });
  return [...elements, ...limbs];
}
