import type { Answer, OperationName, Request } from "../operations/operation.ts";
import { LIMB, LIMBS, limbsOf, unsigned, WORD } from "../shapes/word.ts";
import type { AddCells } from "./add-air.ts";

export const ADD_OPERATIONS: readonly OperationName[] = ["add", "sub", "lt", "gt", "slt", "sgt"];

/** The row that answers one of `ADD_OPERATIONS`. */
export function addRow({ operation, a, b }: Request): Answer<AddCells> {
  const isSwapped = operation === "gt" || operation === "sgt";
  const [x, y] = isSwapped ? [b, a] : [a, b];
  const turn = operation === "slt" || operation === "sgt" ? WORD / 2n : 0n;
  const r = operation === "add" ? unsigned(x + y) : unsigned(x - y);
  const [left, right] = operation === "add" ? [x, y] : [r, y ^ turn];
  const [lefts, rights] = [limbsOf(left), limbsOf(right)];
  let last = 0;
  const carry = lefts.map((limb, i) => (last = limb + (rights[i] ?? 0) + last >= LIMB ? 1 : 0));
  const is = (name: OperationName): number => (operation === name ? 1 : 0);
  return {
    cells: {
      add: is("add"),
      sub: is("sub"),
      lt: is("lt"),
      gt: is("gt"),
      slt: is("slt"),
      sgt: is("sgt"),
      x: limbsOf(x),
      y: limbsOf(y),
      r: limbsOf(r),
      carry,
      signX: Number(x >> 255n),
      signY: Number(y >> 255n),
    },
    result: operation === "add" || operation === "sub" ? r : BigInt(carry[LIMBS - 1] ?? 0),
  };
}
