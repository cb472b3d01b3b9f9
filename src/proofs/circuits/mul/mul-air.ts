import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import type { FieldValues } from "../../stark/constraints/fields.ts";
import { OPERATION } from "../operations/operation.ts";
import { ALU } from "../buses.ts";
import {
  assertOneOf,
  chooseWord,
  element,
  limbsOfBytes,
  lookUpBytes,
  lookUpCarries,
  lookUpLimbs,
  productLimb,
  productsFrom,
  zeroWord,
} from "../words/expressions.ts";
import { assertLess, LESS_FIELDS } from "../words/less-than.ts";
import { LIMB, LIMBS, WORD_BYTES } from "../shapes/word.ts";

/**
 * One operation a row, all from x · y + r = z. MUL: r is 0, and the identity is modulo 2^256. DIV and MOD: y is the divisor, z
 * the dividend, and r < y. `divZero` and `modZero` are DIV and MOD by zero: they give 0.
 */
export const MUL_FIELDS = {
  mul: 1,
  div: 1,
  mod: 1,
  divZero: 1,
  modZero: 1,
  x: WORD_BYTES,
  y: WORD_BYTES,
  r: LIMBS,
  z: LIMBS,
  carry: LIMBS,
  ...LESS_FIELDS,
  uses: 1,
} as const;

export type MulCells = Omit<FieldValues<typeof MUL_FIELDS, number>, "uses">;

/** The table of MUL, DIV and MOD. */
export function mulAir(): Air {
  const b = new AirBuilder("mul", 0);
  const { mul, div, mod, divZero, modZero, x, y, r, z, carry, chosen, gap, uses } = b.declare(MUL_FIELDS);
  assertOneOf(b, { mul, div, mod, divZero, modZero });
  lookUpBytes(b, x);
  lookUpBytes(b, y);
  lookUpLimbs(b, r);
  lookUpLimbs(b, z);
  lookUpCarries(b, carry);

  // Left: below 2^29 + 2^16 + 2^14. Right: below 2^30 + 2^16. Both are below p, so they are equal as integers.
  for (let k = 0; k < LIMBS; k++) {
    const carryIn = k === 0 ? b.constant(0) : element(carry, k - 1);
    const left = b.add(productLimb(b, x, y, k), element(r, k), carryIn);
    b.assertEqual(`limb ${k}`, "everyRow", left, b.add(element(z, k), b.scale(element(carry, k), LIMB)));
  }
  const divides = b.add(div, mod);
  // At most 496 products of bytes and a carry: below 2^25, so that the sum is 0 only if all of them are.
  const above = b.add(productsFrom(b, x, y, WORD_BYTES), element(carry, LIMBS - 1));
  b.assertZero("a quotient times its divisor stays below 2^256", "everyRow", above, divides);
  b.assertZero("a product has no remainder", "everyRow", b.add(...r), mul);
  b.assertZero("a division by zero has the divisor zero", "everyRow", b.add(...y), b.add(divZero, modZero));
  const divisor = limbsOfBytes(b, y);
  assertLess(b, divides, r, divisor, { chosen, gap });

  const quotient = limbsOfBytes(b, x);
  b.receive(ALU, uses, {
    operation: b.linear(
      [mul, div, divZero, mod, modZero],
      [OPERATION.mul, OPERATION.div, OPERATION.div, OPERATION.mod, OPERATION.mod],
    ),
    a: chooseWord(b, mul, quotient, z),
    b: divisor,
    c: z.map((limb, i) => b.add(b.mul(mul, limb), b.mul(div, element(quotient, i)), b.mul(mod, element(r, i)))),
    d: zeroWord(b),
  });
  return b.build();
}
