import { inv } from "../../field/koala-bear.ts";
import type { Answer, Ask, OperationName, Request } from "../operations/operation.ts";
import { limbsOf } from "../shapes/word.ts";
import type { ExpCells } from "./exp-air.ts";

export const EXP_OPERATIONS: readonly OperationName[] = ["exp"];

/** The row that answers EXP; it asks for the power with half the exponent, so that every bit has a row. */
export function expRow({ a: base, b: exponent }: Request, ask: Ask): Answer<ExpCells> {
  const limbs = limbsOf(exponent);
  const half = exponent >> 1n;
  const goesOn = exponent > 0n;
  const root = goesOn ? ask("exp", base, half) : 0n;
  const square = goesOn ? ask("mul", root, root) : 0n;
  const isOdd = (exponent & 1n) === 1n;
  const result = !goesOn ? 1n : isOdd ? ask("mul", square, base) : square;
  return {
    cells: {
      base: limbsOf(base),
      exponent: limbs,
      half: limbsOf(half),
      low: limbs.map((limb) => limb & 1),
      root: limbsOf(root),
      square: limbsOf(square),
      result: limbsOf(result),
      goesOn: goesOn ? 1 : 0,
      inverse: goesOn ? inv(limbs.reduce((sum, limb) => sum + limb, 0)) : 0,
    },
    result,
  };
}
