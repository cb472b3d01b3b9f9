import type { Answer, OperationName, Request } from "../operations/operation.ts";
import { lessCells } from "../words/less-than.ts";
import { bytesOf, LIMBS, limbsOf, unsigned } from "../shapes/word.ts";
import type { MulCells } from "./mul-air.ts";

export const MUL_OPERATIONS: readonly OperationName[] = ["mul", "div", "mod"];

/** The row that answers one of `MUL_OPERATIONS`. */
export function mulRow({ operation, a, b }: Request): Answer<MulCells> {
  const isProduct = operation === "mul";
  const byZero = !isProduct && b === 0n;
  const x = isProduct ? a : byZero ? 0n : a / b;
  const r = isProduct ? 0n : a - x * b;
  const z = isProduct ? unsigned(a * b) : a;
  const kind = byZero ? `${operation}Zero` : operation;
  const is = (name: string): number => (kind === name ? 1 : 0);
  return {
    cells: {
      mul: is("mul"),
      div: is("div"),
      mod: is("mod"),
      divZero: is("divZero"),
      modZero: is("modZero"),
      x: bytesOf(x),
      y: bytesOf(b),
      r: limbsOf(r),
      z: limbsOf(z),
      carry: carries(bytesOf(x), bytesOf(b), limbsOf(r), limbsOf(z)),
      ...lessCells(isProduct || byZero ? undefined : { x: r, y: b }),
    },
    result: isProduct ? z : byZero ? 0n : operation === "div" ? x : r,
  };
}

function carries(x: readonly number[], y: readonly number[], r: readonly number[], z: readonly number[]): number[] {
  let carry = 0;
  return Array.from({ length: LIMBS }, (_, k) => {
    let sum = carry + (r[k] ?? 0) - (z[k] ?? 0);
    for (const [position, weight] of [
      [2 * k, 1],
      [2 * k + 1, 256],
    ] as const) {
      for (let i = 0; i <= position; i++) sum += weight * (x[i] ?? 0) * (y[position - i] ?? 0);
    }
    carry = sum / 2 ** 16;
    return carry;
  });
}
