import { inv } from "../../field/koala-bear.ts";
import type { Answer, Ask, OperationName, Request } from "../operations/operation.ts";
import { limbsOf } from "../shapes/word.ts";
import type { ExtractCells } from "./extract-air.ts";

export const EXTRACT_OPERATIONS: readonly OperationName[] = ["byte", "signextend", "clz"];

/** The row that answers one of `EXTRACT_OPERATIONS`. */
export function extractRow({ operation, a, b }: Request, ask: Ask): Answer<ExtractCells> {
  const isClz = operation === "clz";
  const [position, x] = isClz ? [0n, a] : [a, b];
  const low = Number(position & 31n);
  const rest = isClz ? sumOf(limbsOf(x)) : (Number(position & 0xffffn) >> 5) + sumOf(limbsOf(position).slice(1));
  const isZero = rest === 0;
  const shifts = isClz ? !isZero : isZero;
  const amount = !shifts ? 0 : isClz ? x.toString(2).length - 1 : 248 - 8 * low;
  let shifted = isClz ? 1n : 0n;
  let result = isClz ? BigInt(255 - amount) : 0n;
  if (!shifts) result = isClz ? 256n : operation === "signextend" ? x : 0n;
  else {
    shifted = ask(operation === "signextend" ? "shl" : "shr", BigInt(amount), x);
    if (operation === "byte") result = ask("and", 0xffn, shifted);
    if (operation === "signextend") result = ask("sar", BigInt(amount), shifted);
  }
  return {
    cells: {
      byte: operation === "byte" ? 1 : 0,
      signextend: operation === "signextend" ? 1 : 0,
      clz: isClz ? 1 : 0,
      x: limbsOf(x),
      position: limbsOf(position),
      shifted: limbsOf(shifted),
      result: limbsOf(result),
      low,
      rest,
      inverse: isZero ? 0 : inv(rest),
      isZero: isZero ? 1 : 0,
      shifts: shifts ? 1 : 0,
      amount,
    },
    result,
  };
}

function sumOf(limbs: readonly number[]): number {
  return limbs.reduce((sum, limb) => sum + limb, 0);
}
