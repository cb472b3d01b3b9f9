import type { Answer, OperationName, Request } from "../operations/operation.ts";
import { lessCells } from "../words/less-than.ts";
import { bytesOf, limbsOf, WORD_BYTES } from "../shapes/word.ts";
import { CARRY_OFFSET, type ModularCells } from "./modular-air.ts";

export const MODULAR_OPERATIONS: readonly OperationName[] = ["addmod", "mulmod"];

/** The row that answers one of `MODULAR_OPERATIONS`. */
export function modularRow({ operation, a, b, c: modulus }: Request): Answer<ModularCells> {
  const byZero = modulus === 0n;
  const whole = byZero ? 0n : operation === "addmod" ? a + b : a * b;
  const quotient = byZero ? 0n : whole / modulus;
  const r = whole - quotient * modulus;
  const kind = byZero ? `${operation}Zero` : operation;
  const is = (name: string): number => (kind === name ? 1 : 0);
  return {
    cells: {
      addmod: is("addmod"),
      mulmod: is("mulmod"),
      addmodZero: is("addmodZero"),
      mulmodZero: is("mulmodZero"),
      x: bytesOf(a),
      y: bytesOf(b),
      modulus: bytesOf(modulus),
      quotient: bytesOf(quotient, 2 * WORD_BYTES),
      r: limbsOf(r),
      carry: carries(is("mulmod") === 1 ? [a, b] : undefined, is("addmod") === 1 ? [a, b] : [0n, 0n], [quotient, modulus], r),
      ...lessCells(byZero ? undefined : { x: r, y: modulus }),
    },
    result: r,
  };
}

function carries(
  product: readonly [bigint, bigint] | undefined,
  sum: readonly [bigint, bigint],
  subtracted: readonly [bigint, bigint],
  r: bigint,
): number[] {
  const [left, right, rest] = [limbsOf(sum[0]), limbsOf(sum[1]), limbsOf(r)];
  const gained = productLimbs(product?.[0] ?? 0n, product?.[1] ?? 0n);
  const lost = productLimbs(...subtracted);
  let carry = 0;
  return Array.from({ length: WORD_BYTES - 1 }, (_, k) => {
    const total = (gained[k] ?? 0) + (left[k] ?? 0) + (right[k] ?? 0) - (lost[k] ?? 0) - (rest[k] ?? 0) + carry;
    carry = total / 2 ** 16;
    return carry + CARRY_OFFSET;
  });
}

/** Sums of byte products at positions 2k and 2k + 1, the latter times 256, for the lower 32 limbs. */
function productLimbs(x: bigint, y: bigint): number[] {
  const [left, right] = [bytesOf(x, 2 * WORD_BYTES), bytesOf(y)];
  const limbs = new Array<number>(2 * LIMBS_OF_PRODUCT).fill(0);
  left.forEach((p, i) => {
    if (p === 0) return;
    right.forEach((q, j) => {
      const position = i + j;
      const limb = position >> 1;
      limbs[limb] = (limbs[limb] ?? 0) + p * q * (position % 2 === 0 ? 1 : 256);
    });
  });
  return limbs;
}

const LIMBS_OF_PRODUCT = 24;
