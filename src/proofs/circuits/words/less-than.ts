import type { AirBuilder } from "../../stark/constraints/air.ts";
import type { Expression } from "../../stark/constraints/expression.ts";
import { assertBoolean, element, lookUpLimbs } from "./expressions.ts";
import { LIMBS, limbsOf } from "../shapes/word.ts";

/** The columns that show one word to be less than another: the highest limb that differs, and by how much it does, less one. */
export const LESS_FIELDS = { chosen: LIMBS, gap: 1 } as const;

interface LessColumns {
  readonly chosen: readonly Expression[];
  readonly gap: Expression;
}

/**
 * On rows where `flag` (0 or 1) is set, x < y for two lists of limbs, lowest first. The chosen limb is the only one;
 * those above it are equal; in it y exceeds x by gap + 1. Where the flag is not set, nothing is chosen. `prefix` begins the names
 * of the constraints, in a table that compares more than one pair.
 */
export function assertLess(
  b: AirBuilder,
  flag: Expression,
  x: readonly Expression[],
  y: readonly Expression[],
  { chosen, gap }: LessColumns,
  prefix = "",
): void {
  const limbs = x.length;
  // The highest needs no such constraint: where it is not 1, the highest limbs are equal.
  assertBoolean(b, { [`${prefix}chosen`]: chosen.slice(0, limbs - 1) });
  b.assertEqual(`${prefix}less: one limb is chosen`, "everyRow", b.add(...chosen), flag);
  const differences = y.map((limb, i) => b.sub(limb, element(x, i)));
  for (let i = 1; i < limbs; i++) {
    const isAbove = b.sub(flag, b.add(...chosen.slice(i)));
    b.assertZero(`${prefix}less: limb ${i} above the chosen one is equal`, "everyRow", b.mul(isAbove, element(differences, i)));
  }
  const atChosen = b.add(...differences.map((difference, i) => b.mul(element(chosen, i), difference)));
  b.assertEqual(`${prefix}less: gap`, "everyRow", b.add(gap, flag), atChosen);
  lookUpLimbs(b, [gap]);
}

/** The cells of `LESS_FIELDS`; all zero for undefined. Throws RangeError for words that are not one less than the other. */
export function lessCells(pair: { readonly x: bigint; readonly y: bigint } | undefined): LessCells {
  if (pair === undefined) return { chosen: new Array<number>(LIMBS).fill(0), gap: 0 };
  const [x, y] = [limbsOf(pair.x), limbsOf(pair.y)];
  const at = x.findLastIndex((limb, i) => limb !== y[i]);
  const difference = (y[at] ?? 0) - (x[at] ?? 0);
  if (difference <= 0) throw new RangeError(`${pair.x} is not less than ${pair.y}`);
  return { chosen: x.map((_, i) => (i === at ? 1 : 0)), gap: difference - 1 };
}

interface LessCells {
  readonly chosen: readonly number[];
  readonly gap: number;
}
