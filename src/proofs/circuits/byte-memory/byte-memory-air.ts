import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import type { Expression } from "../../stark/constraints/expression.ts";
import type { FieldValues } from "../../stark/constraints/fields.ts";
import { BYTE_MEMORY, BYTES, MEMORY } from "../buses.ts";
import { bigEndianLimbs } from "../words/big-endian.ts";
import { NUMBER30, timeBefore } from "../words/earlier.ts";
import { assertBoolean, element, lookUpBytes, lookUpLimbs } from "../words/expressions.ts";
import { LIMB, WORD_BYTES } from "../shapes/word.ts";

/** Bytes of two words that lie behind each other. */
const PAIR_BYTES = 64;

/** One access of a row; bytes in the order of the memory, a word's highest one first. */
export const BYTE_MEMORY_FIELDS = {
  real: 1,
  /** Kind of the access: the word is written, or only its lowest byte; otherwise it is read. */
  writes: 1,
  writesByte: 1,
  space: 1,
  time: 1,
  /** The offset is 32 · (low + 2^16 · high) and the one shift that is set. */
  low: 1,
  high: 1,
  shift: WORD_BYTES,
  /** The two words that the access lies in, before it. */
  old: PAIR_BYTES,
  /** The word that is read or written, and the 32 bytes from the offset on after the access. */
  word: WORD_BYTES,
  window: WORD_BYTES,
  /** Steps since the last access of each of the two places, minus one. */
  gapLow: NUMBER30,
  gapHigh: NUMBER30,
} as const;

export type ByteMemoryCells = FieldValues<typeof BYTE_MEMORY_FIELDS, number>;

/** The table of accesses that do not keep to one place of the memory: at any offset, and of a single byte. */
export function byteMemoryAir(): Air {
  const b = new AirBuilder("byteMemory", 0);
  const columns = b.declare(BYTE_MEMORY_FIELDS);
  const { real, writes, writesByte, space, time, low, high, shift, old, word, window, gapLow, gapHigh } = columns;
  const one = b.constant(1);
  assertBoolean(b, { real, shift });
  b.assertEqual("one shift", "everyRow", b.add(...shift), one);
  // Below 2^24, so that 32 times the limb plus a shift is below 2^29 and represents one offset only.
  lookUpLimbs(b, [low]);
  b.send(BYTES, one, { low: high, high: b.constant(0) });
  lookUpBytes(b, [...old, ...word]);

  const reads = b.sub(b.sub(one, writes), writesByte);
  for (let i = 0; i < WORD_BYTES; i++) {
    const before = b.add(...shift.map((flag, s) => b.mul(flag, element(old, s + i))));
    b.assertEqual(`read: byte ${i}`, "everyRow", element(word, i), before, reads);
    b.assertEqual(`word: byte ${i}`, "everyRow", element(window, i), element(word, i), b.sub(one, writesByte));
    const [name, expected] = i === 0 ? ["is written", element(word, WORD_BYTES - 1)] : ["stays", before];
    b.assertEqual(`byte: byte ${i} ${name}`, "everyRow", element(window, i), expected, writesByte);
  }

  const place = b.scale(b.add(low, b.scale(high, LIMB)), WORD_BYTES);
  const after = bytesAfter(b, shift, old, window);
  const access = (from: number, gap: readonly Expression[]): void => {
    const index = b.add(place, b.constant(from));
    const words = [old, after].map((bytes) => bigEndianLimbs(b, bytes.slice(from, from + WORD_BYTES)));
    b.receive(MEMORY, real, { space, index, time: timeBefore(b, time, gap), word: element(words, 0) });
    b.send(MEMORY, real, { space, index, time, word: element(words, 1) });
  };
  access(0, gapLow);
  access(WORD_BYTES, gapHigh);
  const offset = b.add(place, ...shift.map((flag, s) => b.scale(flag, s)));
  b.receive(BYTE_MEMORY, real, { space, offset, time, writes, writesByte, word: bigEndianLimbs(b, word) });
  return b.build();
}

/** Both words after the access: the window's bytes from the shift onwards, and the old bytes around them. */
function bytesAfter(
  b: AirBuilder,
  shift: readonly Expression[],
  old: readonly Expression[],
  window: readonly Expression[],
): Expression[] {
  return old.map((byte, j) => {
    const covering = shift.flatMap((flag, s) => {
      const covered = window[j - s];
      return covered === undefined ? [] : [b.mul(flag, b.sub(covered, byte))];
    });
    return b.add(byte, ...covering);
  });
}
