import type { AirBuilder } from "../../stark/air.ts";
import type { Expression } from "../../stark/expression.ts";
import { assertBoolean, element, lookUpLimbs } from "./expressions.ts";
import { LIMBS, limbsOf } from "./word.ts";

/** The columns that show one word to be less than another: the highest limb that differs, and by how much it does, less one. */
export const LESS_FIELDS = { chosen: LIMBS, gap: 1 } as const;

interface LessColumns {
  readonly chosen: readonly Expression[];
  readonly gap: Expression;
}

/**
 * On rows where `flag` (0 or 1) is set, x < y for words x and y. The chosen limb is the only one; those above it are equal; in it
 * y exceeds x by gap + 1. Where the flag is not set, nothing is chosen.
 */
export function assertLess(
  b: AirBuilder,
  flag: Expression,
  x: readonly Expression[],
  y: readonly Expression[],
  { chosen, gap }: LessColumns,
): void {
  // The highest needs no such constraint: where it is not 1, the highest limbs are equal.
  assertBoolean(b, { chosen: chosen.slice(0, LIMBS - 1) });
  b.assertEqual("less: one limb is chosen", "everyRow", b.add(...chosen), flag);
  const differences = y.map((limb, i) => b.sub(limb, element(x, i)));
  for (let i = 1; i < LIMBS; i++) {
    const isAbove = b.sub(flag, b.add(...chosen.slice(i)));
    b.assertZero(`less: limb ${i} above the chosen one is equal`, "everyRow", b.mul(isAbove, element(differences, i)));
  }
  const atChosen = b.add(...differences.map((difference, i) => b.mul(element(chosen, i), difference)));
  b.assertEqual("less: gap", "everyRow", b.add(gap, flag), atChosen);
  lookUpLimbs(b, [gap]);
}

/** The cells of `LESS_FIELDS`; all zero for undefined. */
export function lessCells(pair: { readonly x: bigint; readonly y: bigint } | undefined): {
  readonly chosen: readonly number[];
  readonly gap: number;
} {
  const chosen = new Array<number>(LIMBS).fill(0);
  if (pair === undefined) return { chosen, gap: 0 };
  const [x, y] = [limbsOf(pair.x), limbsOf(pair.y)];
  for (let i = LIMBS - 1; i >= 0; i--) {
    const difference = element(y, i) - element(x, i);
    if (difference === 0) continue;
    chosen[i] = 1;
    return { chosen, gap: difference - 1 };
  }
  throw new RangeError(`${pair.x} is not less than ${pair.y}`);
}
