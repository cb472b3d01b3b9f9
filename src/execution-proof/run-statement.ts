import { LIMBS, limbsOf, WORD_BYTES } from "../circuits/words/word.ts";

/** What a statement says of one place of the memory: its words before and after the run. */
export interface WordChange {
  readonly before: bigint;
  readonly after: bigint;
}

/** The statement's bytes: each place's word before and word after the run, big-endian, in the program's order of places. */
export function encodeStatement(changes: readonly WordChange[]): Uint8Array {
  const words = changes.flatMap(({ before, after }) => [before, after]);
  const statement = new Uint8Array(words.length * WORD_BYTES);
  const view = new DataView(statement.buffer);
  words.forEach((word, i) => {
    limbsOf(word).forEach((limb, k) => view.setUint16(offsetOf(i, k), limb));
  });
  return statement;
}

/** Its public values: the limbs of every word. Undefined for bytes that are not a statement about so many places. */
export function statementValues(statement: Uint8Array, places: number): number[] | undefined {
  if (statement.length !== 2 * places * WORD_BYTES) return undefined;
  const view = new DataView(statement.buffer, statement.byteOffset, statement.byteLength);
  return Array.from({ length: 2 * places * LIMBS }, (_, i) => view.getUint16(offsetOf(Math.floor(i / LIMBS), i % LIMBS)));
}

function offsetOf(word: number, limb: number): number {
  return word * WORD_BYTES + WORD_BYTES - 2 - 2 * limb;
}
