import type { AirBuilder } from "../../stark/constraints/air.ts";
import type { Expression } from "../../stark/constraints/expression.ts";
import { limbsOfBytes } from "./expressions.ts";
import { LIMBS, WORD_BYTES } from "../shapes/word.ts";

/** The limbs of a word, lowest first, of its bytes from the highest on: as a memory of bytes holds it. */
export function bigEndianLimbs(b: AirBuilder, bytes: readonly Expression[]): Expression[] {
  return limbsOfBytes(b, [...bytes].reverse());
}

/** The bytes of a word's limbs, the highest first. */
export function bigEndianBytes(limbs: readonly number[]): number[] {
  return [...limbs].reverse().flatMap((limb) => [limb >> 8, limb & 0xff]);
}

/** The limbs of a word's 32 bytes, of which the highest is first. */
export function limbsOfBigEndian(bytes: readonly number[]): number[] {
  return Array.from(
    { length: LIMBS },
    (_, i) => 256 * (bytes[WORD_BYTES - 2 - 2 * i] ?? 0) + (bytes[WORD_BYTES - 1 - 2 * i] ?? 0),
  );
}
