import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import type { Expression } from "../../stark/constraints/expression.ts";
import type { FieldValues } from "../../stark/constraints/fields.ts";
import { OPERATION } from "../operations/operation.ts";
import { ALU } from "../buses.ts";
import { assertBoolean, element, lookUpTopBit, zeroWord } from "../words/expressions.ts";
import { LIMBS } from "../shapes/word.ts";

/** One operation a row, SMOD or else SDIV: the operands, their absolute values, the unsigned result `v` and the result. */
export const SIGNED_FIELDS = {
  smod: 1,
  a: LIMBS,
  b: LIMBS,
  absoluteA: LIMBS,
  absoluteB: LIMBS,
  v: LIMBS,
  result: LIMBS,
  signA: 1,
  signB: 1,
  negative: 1,
  uses: 1,
} as const;

export type SignedCells = Omit<FieldValues<typeof SIGNED_FIELDS, number>, "uses">;

/** The table of SDIV and SMOD. */
export function signedAir(): Air {
  const builder = new AirBuilder("signed", 0);
  const columns = builder.declare(SIGNED_FIELDS);
  const { smod, a, b, absoluteA, absoluteB, v, result, signA, signB, negative, uses } = columns;
  assertBoolean(builder, { smod, signA, signB, negative });
  const sdiv = builder.sub(builder.constant(1), smod);
  lookUpTopBit(builder, a, signA);
  lookUpTopBit(builder, b, signB);
  // A quotient is negative when one operand is, a remainder when the dividend is.
  const other = builder.mul(sdiv, signB, builder.sub(builder.constant(1), builder.scale(signA, 2)));
  builder.assertEqual("sign of the result", "everyRow", negative, builder.add(signA, other));

  const zero = zeroWord(builder);
  /** `to` is `from`, or its negative where the flag is set. */
  const negateWhen = (name: string, flag: Expression, from: readonly Expression[], to: readonly Expression[]): void => {
    const unchanged = builder.sub(builder.constant(1), flag);
    to.forEach((limb, i) => builder.assertZero(`${name}: limb ${i}`, "everyRow", builder.sub(limb, element(from, i)), unchanged));
    builder.send(ALU, flag, { operation: builder.constant(OPERATION.sub), a: zero, b: from, c: to, d: zero });
  };
  negateWhen("absolute a", signA, a, absoluteA);
  negateWhen("absolute b", signB, b, absoluteB);
  negateWhen("result", negative, v, result);
  const unsigned = builder.linear([sdiv, smod], [OPERATION.div, OPERATION.mod]);
  builder.send(ALU, builder.constant(1), { operation: unsigned, a: absoluteA, b: absoluteB, c: v, d: zero });
  const operation = builder.linear([sdiv, smod], [OPERATION.sdiv, OPERATION.smod]);
  builder.receive(ALU, uses, { operation, a, b, c: result, d: zero });
  return builder.build();
}
