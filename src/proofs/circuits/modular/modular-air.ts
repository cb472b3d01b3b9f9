import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import type { FieldValues } from "../../stark/constraints/fields.ts";
import { OPERATION } from "../operations/operation.ts";
import { ALU } from "../buses.ts";
import {
  assertOneOf,
  element,
  limbsOfBytes,
  lookUpBytes,
  lookUpCarries,
  lookUpLimbs,
  productLimb,
  productsFrom,
} from "../words/expressions.ts";
import { assertLess, LESS_FIELDS } from "../words/less-than.ts";
import { LIMB, LIMBS, WORD_BYTES } from "../shapes/word.ts";

/** Carries hold their value plus this. */
export const CARRY_OFFSET = 2 ** 13;

/**
 * One operation a row: x · y, or x + y, equals quotient · modulus + r with r < modulus. `addmodZero` and `mulmodZero` are the
 * operations modulo zero: they give 0.
 */
export const MODULAR_FIELDS = {
  addmod: 1,
  mulmod: 1,
  addmodZero: 1,
  mulmodZero: 1,
  x: WORD_BYTES,
  y: WORD_BYTES,
  modulus: WORD_BYTES,
  quotient: 64,
  r: LIMBS,
  /** Out of each of the lower 31 of 32 limbs, plus `CARRY_OFFSET`. */
  carry: 31,
  ...LESS_FIELDS,
  uses: 1,
} as const;

export type ModularCells = Omit<FieldValues<typeof MODULAR_FIELDS, number>, "uses">;

/** The table of ADDMOD and MULMOD. */
export function modularAir(): Air {
  const b = new AirBuilder("modular", 0);
  const columns = b.declare(MODULAR_FIELDS);
  const { addmod, mulmod, addmodZero, mulmodZero, x, y, modulus, quotient, r, carry, chosen, gap, uses } = columns;
  assertOneOf(b, { addmod, mulmod, addmodZero, mulmodZero });
  for (const bytes of [x, y, modulus, quotient]) lookUpBytes(b, bytes);
  lookUpLimbs(b, r);
  lookUpCarries(b, carry);

  const [left, right] = [limbsOfBytes(b, x), limbsOfBytes(b, y)];
  const carryOut = (k: number) =>
    k >= 0 && k < carry.length ? b.sub(element(carry, k), b.constant(CARRY_OFFSET)) : b.constant(0);
  // Each product is below 2^29 − 2^20, so both sides are between −2^30 and 2^30 and equal as integers.
  for (let k = 0; k < 2 * LIMBS; k++) {
    const product = b.mul(mulmod, productLimb(b, x, y, k));
    const isWord = k < LIMBS;
    const sum = isWord ? b.mul(addmod, b.add(element(left, k), element(right, k))) : b.constant(0);
    const taken = b.add(productLimb(b, quotient, modulus, k), isWord ? element(r, k) : b.constant(0));
    const rest = b.add(b.sub(b.add(product, sum), taken), carryOut(k - 1));
    b.assertEqual(`limb ${k}`, "everyRow", rest, b.scale(carryOut(k), LIMB));
  }
  b.assertZero("quotient times modulus is below 2^512", "everyRow", productsFrom(b, quotient, modulus, 2 * WORD_BYTES));
  b.assertZero("an operation modulo zero has the modulus zero", "everyRow", b.add(...modulus), b.add(addmodZero, mulmodZero));
  const divisor = limbsOfBytes(b, modulus);
  assertLess(b, b.add(addmod, mulmod), r, divisor, { chosen, gap });

  b.receive(ALU, uses, {
    operation: b.linear(
      [addmod, addmodZero, mulmod, mulmodZero],
      [OPERATION.addmod, OPERATION.addmod, OPERATION.mulmod, OPERATION.mulmod],
    ),
    a: left,
    b: right,
    c: divisor,
    d: r,
  });
  return b.build();
}
