import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import type { FieldValues } from "../../stark/constraints/fields.ts";
import { MEMORY_COST, RANGE16 } from "../buses.ts";

/** Words of memory cost a part that grows with their square, this part of it. */
const SQUARE_DIVISOR = 512;
/** Number of words that the upper part counts in. */
const UPPER = 2 ** 10;

/** A number of words a row: lower + 2^10 · upper. */
export const MEMORY_COST_FIELDS = {
  lower: 1,
  upper: 1,
  /** The square of the lower part, divided by 512, and what is left. */
  quotient: 1,
  rest: 1,
  uses: 1,
} as const;

export type MemoryCostCells = FieldValues<typeof MEMORY_COST_FIELDS, number>;

/** The table of what words of memory cost: 3 for each, and a 512th of their number's square (the yellow paper's C_mem). */
export function memoryCostAir(): Air {
  const b = new AirBuilder("memoryCost", 0);
  const { lower, upper, quotient, rest, uses } = b.declare(MEMORY_COST_FIELDS);
  const one = b.constant(1);
  // A look-up of a multiple bounds a number only if that is small already: 64 times (p + 1) / 64 is 1. So both are looked up: of
  // the lower part, which is below 2^10, and of what is left, which is below 512.
  const lowerAndRest = [lower, b.scale(lower, 2 ** 6), rest, b.scale(rest, 2 ** 7)];
  for (const value of [...lowerAndRest, upper, quotient]) b.send(RANGE16, one, { value });
  b.assertEqual("square", "everyRow", b.mul(lower, lower), b.add(b.scale(quotient, SQUARE_DIVISOR), rest));
  const words = b.add(lower, b.scale(upper, UPPER));
  // (lower + 2^10 · upper)² / 512 = lower² / 512 + 4 · lower · upper + 2^11 · upper²; only the first of these
  // may be a fraction.
  const square = b.add(quotient, b.scale(b.mul(lower, upper), 4), b.scale(b.mul(upper, upper), 2 ** 11));
  b.receive(MEMORY_COST, uses, { words, cost: b.add(b.scale(words, 3), square) });
  return b.build();
}
