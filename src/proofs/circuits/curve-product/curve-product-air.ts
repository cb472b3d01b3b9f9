import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import type { FieldValues } from "../../stark/constraints/fields.ts";
import { CURVE_PRODUCT } from "../buses.ts";
import { LIMBS, WORD_BYTES } from "../shapes/word.ts";
import { assertProduct, PRODUCT_WITNESS } from "./product-identity.ts";

/** x · z is r modulo the prime. */
export const CURVE_PRODUCT_FIELDS = {
  x: WORD_BYTES,
  z: WORD_BYTES,
  r: LIMBS,
  ...PRODUCT_WITNESS,
  uses: 1,
} as const;

export type CurveProductCells = FieldValues<typeof CURVE_PRODUCT_FIELDS, number>;

/** The table of products of coordinates modulo PRIME, one a row. */
export function curveProductAir(): Air {
  const b = new AirBuilder("curveProduct", 0);
  const { x, z, r, quotient, carry, uses } = b.declare(CURVE_PRODUCT_FIELDS);
  assertProduct(b, "limb", { x, z, r }, { quotient, carry });
  b.receive(CURVE_PRODUCT, uses, { x, z, r });
  return b.build();
}
