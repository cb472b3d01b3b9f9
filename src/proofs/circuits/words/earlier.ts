import type { AirBuilder } from "../../stark/constraints/air.ts";
import type { Expression } from "../../stark/constraints/expression.ts";
import { element, lookUpCarries, lookUpLimbs } from "./expressions.ts";
import { LIMB } from "../shapes/word.ts";

const LIMB_BITS = Math.log2(LIMB);

/** Limbs of a number below 2^30: the lower one below 2^16, the upper one below 2^14. */
export const NUMBER30 = 2;

/** Number formed by the two limbs; it is below 2^30. */
export function lookUpNumber30(b: AirBuilder, limbs: readonly Expression[]): Expression {
  const [low, high] = [element(limbs, 0), element(limbs, 1)];
  lookUpLimbs(b, [low]);
  lookUpCarries(b, [high]);
  return b.add(low, b.scale(high, LIMB));
}

/**
 * A time before `now`: now − 1 − gap. For times that are numbers below 2^29 this is less than now as an integer, because a gap
 * of p − (time − now) − 1 is above 2^30. Times below 2^30 would not do: p − 2^30 is below 2^30. Times count from 1: a row of
 * three tables moves them by 3 at most. A table has at most 2^20 rows with the parameters of secure proofs, and 2^24 with
 * any: the field has no larger domain.
 */
export function timeBefore(b: AirBuilder, now: Expression, gap: readonly Expression[]): Expression {
  return b.sub(b.sub(now, b.constant(1)), lookUpNumber30(b, gap));
}

/** Writes the limbs of a number below 2^30. */
export function writeNumber30(cells: Uint32Array, at: number, value: number): void {
  cells[at] = value & (LIMB - 1);
  cells[at + 1] = value >>> LIMB_BITS;
}

/** The limbs of a number below 2^30. */
export function number30(value: number): readonly [number, number] {
  return [value % LIMB, Math.floor(value / LIMB)];
}
