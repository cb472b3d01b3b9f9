import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import type { FieldValues } from "../../stark/constraints/fields.ts";
import { CODE_BYTE, FINAL_WORD } from "../buses.ts";
import { bigEndianLimbs } from "../words/big-endian.ts";
import { assertBoolean, element, lookUpBytes, lookUpLimbs } from "../words/expressions.ts";
import { WORD_BYTES } from "../shapes/word.ts";

/** A word of a frame's memory a row. */
export const CODE_WORDS_FIELDS = {
  real: 1,
  frame: 1,
  /** The place is 32 times this. */
  block: 1,
  /** The word's bytes, the highest first, and how often each is asked for. */
  bytes: WORD_BYTES,
  uses: WORD_BYTES,
} as const;

export type CodeWordsCells = FieldValues<typeof CODE_WORDS_FIELDS, number>;

/** The table that takes words apart of which codes are made. `memorySpace` is that of frame 0's memory. */
export function codeWordsAir(memorySpace: number): Air {
  const b = new AirBuilder("codeWords", 0);
  const { real, frame, block, bytes, uses } = b.declare(CODE_WORDS_FIELDS);
  assertBoolean(b, { real });
  lookUpLimbs(b, [block]);
  lookUpBytes(b, bytes);
  const index = b.scale(block, WORD_BYTES);
  b.send(FINAL_WORD, real, { space: b.add(b.constant(memorySpace), frame), index, word: bigEndianLimbs(b, bytes) });
  bytes.forEach((byte, i) => {
    const used = element(uses, i);
    b.assertZero(`byte ${i}: only a real one is used`, "everyRow", b.mul(b.sub(b.constant(1), real), used));
    b.receive(CODE_BYTE, used, { frame, place: b.add(index, b.constant(i)), byte });
  });
  return b.build();
}
