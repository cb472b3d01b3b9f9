import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import type { Expression } from "../../stark/constraints/expression.ts";
import type { FieldValues } from "../../stark/constraints/fields.ts";
import { BYTES, MEMORY, RANGE14, RANGE16, USER_BEGINS, USER_ENDS, USER_MODE } from "../buses.ts";
import { FRAME_PLACES } from "../shapes/instruction.ts";
import { lookUpNumber30, NUMBER30, timeBefore } from "../words/earlier.ts";
import { assertBoolean, element } from "../words/expressions.ts";
import { LIMB, LIMBS } from "../shapes/word.ts";

/** A time in user mode a row. */
export const VISITS_FIELDS = {
  real: 1,
  time: 1,
  elapsed: 1,
  frame: 1,
  /** Opcode for which the kernel is needed. */
  opcode: 1,
  codeFrame: 1,
  length: 1,
  /** Position in the code, and height of its stack, before and after. */
  placeBefore: 1,
  placeAfter: 1,
  heightBefore: 1,
  heightAfter: 1,
  /** Limbs of its gas. */
  gasBefore: NUMBER30,
  gasAfter: NUMBER30,
  /** Limbs of the words of memory that it has paid for. */
  wordsBefore: NUMBER30,
  wordsAfter: NUMBER30,
  /** Limbs of what is left of the native budget; if it is spent, afterwards of what is missing, less one. */
  budgetBefore: NUMBER30,
  budgetAfter: NUMBER30,
  spent: 1,
  /** Steps since the last accesses of the frame's position, gas and words, and of the budget, minus one. */
  positionGap: NUMBER30,
  gasGap: NUMBER30,
  wordsGap: NUMBER30,
  budgetGap: NUMBER30,
} as const;

export type VisitCells = FieldValues<typeof VISITS_FIELDS, number>;

/**
 * Location of the budget and of a frame's fields: their space, and the places of position, gas and words of
 * memory.
 */
interface UserPlaces {
  readonly space: number;
  readonly position: number;
  readonly gas: number;
  readonly memoryWords: number;
  readonly budget: { readonly space: number; readonly index: number };
}

interface Place {
  readonly space: Expression;
  readonly index: Expression;
}

/** The table that reads the start of user mode from the frame's fields, and writes its end to them. */
export function visitsAir({ space, position, gas, memoryWords, budget }: UserPlaces): Air {
  const b = new AirBuilder("visits", 0);
  const columns = b.declare(VISITS_FIELDS);
  const { real, time, elapsed, frame, opcode, codeFrame, length, positionGap, gasGap, gasBefore, gasAfter } = columns;
  const { placeBefore, placeAfter, heightBefore, heightAfter, wordsBefore, wordsAfter, wordsGap } = columns;
  const { budgetBefore, budgetAfter, budgetGap, spent } = columns;
  assertBoolean(b, { real });
  const end = b.add(time, elapsed);
  const word = (...limbs: readonly Expression[]): Expression[] =>
    Array.from({ length: LIMBS }, (_, i) => limbs[i] ?? b.constant(0));
  b.receive(USER_MODE, real, { time, elapsed, frame, word: word(opcode) });
  const ofFrame = (place: number): Place => ({
    space: b.constant(space),
    index: b.add(b.constant(place), b.scale(frame, FRAME_PLACES)),
  });
  const exchange = (place: Place, gap: readonly Expression[], before: Expression[], after: Expression[]): void => {
    b.receive(MEMORY, real, { ...place, time: timeBefore(b, time, gap), word: before });
    b.send(MEMORY, real, { ...place, time: end, word: after });
  };
  const zero = b.constant(0);
  const positionOf = (height: Expression, place: Expression): Expression[] => word(height, place, zero, codeFrame, length);
  exchange(ofFrame(position), positionGap, positionOf(heightBefore, placeBefore), positionOf(heightAfter, placeAfter));
  exchange(ofFrame(gas), gasGap, word(...gasBefore), word(...gasAfter));
  exchange(ofFrame(memoryWords), wordsGap, word(...wordsBefore), word(...wordsAfter));
  const ofBudget = { space: b.constant(budget.space), index: b.constant(budget.index) };
  exchange(ofBudget, budgetGap, word(...budgetBefore), word(...budgetAfter));
  // Gas is below 2^24, and the budget below 2^30, so that what is missing of either cannot be taken for what is left: user mode
  // takes at most 60 units for a gas (test/execution-proof/user-decode.test.ts), and p is above 2^30 + 62 · 2^24.
  b.send(RANGE14, b.constant(1), { value: b.scale(element(gasBefore, 1), 2 ** 6) });
  b.send(RANGE14, b.constant(1), { value: element(budgetBefore, 1) });
  const left = lookUpNumber30(b, gasAfter);
  b.send(RANGE16, b.constant(1), { value: placeAfter });
  // Below 2^19, the limit that userBytes can add to, so that its sums are unique modulo p.
  for (const limbs of [wordsBefore, wordsAfter]) {
    b.send(BYTES, b.constant(1), { low: element(limbs, 1), high: b.scale(element(limbs, 1), 2 ** 5) });
  }
  b.send(RANGE16, b.constant(1), { value: element(wordsAfter, 0) });
  const number = (limbs: readonly Expression[]): Expression => b.add(element(limbs, 0), b.scale(element(limbs, 1), LIMB));
  b.send(USER_BEGINS, real, {
    time,
    frame,
    codeFrame,
    length,
    place: placeBefore,
    height: heightBefore,
    gas: number(gasBefore),
    words: number(wordsBefore),
    budget: number(budgetBefore),
  });
  const rest = lookUpNumber30(b, budgetAfter);
  const missing = b.sub(b.constant(-1), rest);
  b.receive(USER_ENDS, real, {
    time,
    clock: end,
    place: placeAfter,
    height: heightAfter,
    gas: left,
    words: number(wordsAfter),
    budget: b.add(rest, b.mul(spent, b.sub(missing, rest))),
    spent,
    opcode,
  });
  return b.build();
}
