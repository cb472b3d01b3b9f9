import { inv } from "../../field/koala-bear.ts";
import type { Answer, Ask, OperationName, Request } from "../operations/operation.ts";
import { LIMBS, limbsOf, WORD } from "../shapes/word.ts";
import type { ShiftCells } from "./shift-air.ts";

export const SHIFT_OPERATIONS: readonly OperationName[] = ["shl", "shr", "sar"];

/** The row that answers one of `SHIFT_OPERATIONS`. */
export function shiftRow({ operation, a, b }: Request, ask: Ask): Answer<ShiftCells> {
  const amount = limbsOf(a);
  const lowest = Number(a & 0xffn);
  const second = Number((a >> 8n) & 0xffn);
  const rest = amount.slice(1).reduce((sum, limb) => sum + limb, second);
  const sign = Number(b >> 255n);
  const negative = operation === "sar" ? sign : 0;
  const x = negative === 1 ? WORD - 1n - b : b;
  const v = rest > 0 ? 0n : ask(operation === "shl" ? "mul" : "div", x, 1n << BigInt(lowest));
  const is = (name: OperationName): number => (operation === name ? 1 : 0);
  return {
    cells: {
      shl: is("shl"),
      shr: is("shr"),
      sar: is("sar"),
      amount,
      x: limbsOf(b),
      v: limbsOf(v),
      bits: Array.from({ length: 4 }, (_, i) => (lowest >> i) & 1),
      second,
      chosen: Array.from({ length: LIMBS }, (_, i) => (i === lowest >> 4 ? 1 : 0)),
      partial: 2 ** (lowest & 3),
      power: 2 ** (lowest & 15),
      far: rest > 0 ? 1 : 0,
      inverse: rest > 0 ? inv(rest) : 0,
      sign,
      negative,
    },
    result: negative === 1 ? WORD - 1n - v : v,
  };
}
