import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import type { FieldValues } from "../../stark/constraints/fields.ts";
import { FINAL_WORD, FIRST_WORD, LAST_WORD, MEMORY, RANGE14 } from "../buses.ts";
import { lookUpNumber30, NUMBER30 } from "../words/earlier.ts";
import { assertBoolean, element, lookUpLimbs } from "../words/expressions.ts";
import { LIMBS } from "../shapes/word.ts";

/** One place of the memory a row, in ascending order. Columns that the row before reads come first. */
export const MEMORY_FIELDS = {
  space: 1,
  index: NUMBER30,
  /**
   * 1 if the previous row's place is of the same space, and the distance of the places minus one. Free in the
   * first row.
   */
  sameSpace: 1,
  gap: NUMBER30,
  /** 1 if the statement has the first and the last word. */
  stated: 1,
  first: LIMBS,
  last: LIMBS,
  /** When the place was accessed last; 0 if it never was. */
  time: 1,
  /** Number of requests for the last word. */
  uses: 1,
} as const;

export type MemoryCells = FieldValues<typeof MEMORY_FIELDS, number>;

/** The table that opens every place of the memory with its first word and closes it with its last. */
export function memoryAir(): Air {
  const b = new AirBuilder("memory", 0);
  const { space, index: limbs, sameSpace, gap: gapLimbs, stated, first, last, time, uses } = b.declare(MEMORY_FIELDS);
  const one = b.constant(1);
  assertBoolean(b, { sameSpace, stated });
  lookUpLimbs(b, [space]);
  const index = lookUpNumber30(b, limbs);
  lookUpNumber30(b, gapLimbs);
  // The index is below 2^29, and not only 2^30: see `step`.
  b.send(RANGE14, one, { value: b.scale(element(limbs, 1), 2) });

  const [nextLow, nextHigh] = [b.next(element(limbs, 0)), b.next(element(limbs, 1))];
  const nextIndex = b.add(nextLow, b.scale(nextHigh, 2 ** 16));
  const nextGap = b.add(b.next(element(gapLimbs, 0)), b.scale(b.next(element(gapLimbs, 1)), 2 ** 16));
  const isSame = b.next(sameSpace);
  const spaceStep = b.sub(b.next(space), space);
  const indexStep = b.sub(nextIndex, index);
  // Spaces are below 2^16 and indexes below 2^29, so a step of −k has k below 2^29 and would be a gap of p − k − 1, which is
  // above 2^30, as no gap is. Were indexes below 2^30 only, steps from −(2^30 − 1) to −(2^30 − 2^24 + 1) would have gaps
  // below 2^30.
  const step = b.add(spaceStep, b.mul(isSame, b.sub(indexStep, spaceStep)));
  b.assertEqual("places ascend", "transition", step, b.add(nextGap, one));
  b.assertZero("same space", "transition", b.mul(isSame, spaceStep));
  first.forEach((limb, i) => {
    b.assertZero(`starts at 0: limb ${i}`, "everyRow", b.mul(b.sub(one, stated), limb));
  });

  b.send(MEMORY, one, { space, index, time: b.constant(0), word: first });
  b.receive(MEMORY, one, { space, index, time, word: last });
  b.receive(FIRST_WORD, stated, { space, index, word: first });
  b.send(LAST_WORD, stated, { space, index, word: last });
  b.receive(FINAL_WORD, uses, { space, index, word: last });
  return b.build();
}
