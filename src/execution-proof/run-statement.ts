import { isCanonical } from "../field/koala-bear.ts";
import { LIMBS, limbsOf, WORD_BYTES } from "../circuits/words/word.ts";
import { DIGEST } from "../circuits/state-transition/columns.ts";

/** What a statement says of one place of the memory: its words before and after the run. */
export interface WordChange {
  readonly before: bigint;
  readonly after: bigint;
}

/** The state's roots before and after the run: digests of 8 elements. */
export interface RootChange {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/**
 * The statement's bytes: each place's word before and word after the run, big-endian, in the program's order of places; then the
 * state's roots before and after, 32 bytes each, as docs/protocol.md has digests.
 */
export function encodeStatement(changes: readonly WordChange[], roots: RootChange): Uint8Array {
  const words = changes.flatMap(({ before, after }) => [before, after]);
  const statement = new Uint8Array((words.length + 2) * WORD_BYTES);
  const view = new DataView(statement.buffer);
  words.forEach((word, i) => {
    limbsOf(word).forEach((limb, k) => view.setUint16(offsetOf(i, k), limb));
  });
  [...roots.before, ...roots.after].forEach((lane, i) => view.setUint32(words.length * WORD_BYTES + 4 * i, lane));
  return statement;
}

/** Its public values: limbs of words, elements of both roots. Undefined for bytes that are no statement about so many places. */
export function statementValues(statement: Uint8Array, places: number): number[] | undefined {
  const words = 2 * places;
  if (statement.length !== (words + 2) * WORD_BYTES) return undefined;
  const view = new DataView(statement.buffer, statement.byteOffset, statement.byteLength);
  const limbs = Array.from({ length: words * LIMBS }, (_, i) => view.getUint16(offsetOf(Math.floor(i / LIMBS), i % LIMBS)));
  const roots = Array.from({ length: 2 * DIGEST }, (_, i) => view.getUint32(words * WORD_BYTES + 4 * i));
  return roots.every(isCanonical) ? [...limbs, ...roots] : undefined;
}

function offsetOf(word: number, limb: number): number {
  return word * WORD_BYTES + WORD_BYTES - 2 - 2 * limb;
}
