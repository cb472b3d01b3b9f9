import type { FieldProductCells } from "../../../../src/proofs/circuits/field-product/field-product-air.ts";
import { BN254_PRIME } from "../../../../src/proofs/circuits/field-product/fp2-product.ts";
import { bytesOf, LIMBS, limbsOf } from "../../../../src/proofs/circuits/shapes/word.ts";
import { inv, mul, P } from "../../../../src/proofs/field/koala-bear.ts";
import { canonical } from "../../arithmetic/support/judge.ts";
import {
  type Claimed,
  digits,
  NO_DIGITS,
  NO_LIMBS,
  OFFSETS,
  type Operands,
  operands,
  productCells,
  replacePart,
  SHIFT,
  TIME,
  truthOf,
} from "./product-rows.ts";

/** A row that claims something false, and the only constraint or lookup that refuses it. */
interface Forgery {
  readonly refusedBy: string;
  readonly cells: FieldProductCells;
}

const NAMES = ["real part", "imaginary part"] as const;
const PRIME_LIMBS = limbsOf(BN254_PRIME);
/** Quotients of the product of zeros. */
const ZERO_QUOTIENTS = [bytesOf(SHIFT), NO_DIGITS] as const;

export function* productForgeries(): Generator<Forgery> {
  for (const part of [0, 1] as const) {
    yield* limbForgeries(part);
    yield* carryForgeries(part);
    yield* operandForgeries(part);
    yield* quotientForgeries(part);
    yield* resultForgeries(part);
    yield* lessForgeries(part);
  }
  yield* timeForgeries();
}

/** Digits of a and b whose product is in this part alone. */
function inPart(part: 0 | 1, a: readonly number[], b: readonly number[]): Operands {
  return operands(part === 0 ? { a0: a, b0: b } : { a0: a, b1: b });
}

/** The claim that this part is 0; the other part is the true one. */
function zeroClaim(given: Operands, part: 0 | 1, quotient: readonly number[] = ZERO_QUOTIENTS[part]): Claimed {
  return replacePart(truthOf(given), part, NO_LIMBS, quotient);
}

/** 2^(16 k) is claimed to be 0, although only limb k differs. */
function* limbForgeries(part: 0 | 1): Generator<Forgery> {
  const zero = productCells(operands({}));
  for (let k = 0; k < 2 * LIMBS; k++) {
    const one = digits({ [k]: 1 });
    const { a, b } = inPart(part, one, one);
    yield { refusedBy: `${NAMES[part]}: limb ${k}`, cells: { ...zero, a: a.flat(), b: b.flat() } };
  }
}

/** The table's prime times 2^(16 k) is claimed to be 0, by a carry of −32,512, which is 2^−16 in the table's field. */
function* carryForgeries(part: 0 | 1): Generator<Forgery> {
  for (let k = 0; k < 31; k++) {
    const i = Math.min(28, 2 * k);
    // 1 in limb k and 127 · 2^8 in the next one. A digit is at most 255, so the last two limbs have two products.
    const small = inPart(part, digits({ [i]: 1, [i + 3]: 127 }), digits({ [2 * k - i]: 1 }));
    const given = k < 30 ? small : LAST_CARRIES[part];
    yield { refusedBy: `bytes[${96 + 31 * part + k}]`, cells: productCells(given, zeroClaim(given, part)) };
  }
}

/** 254 · 128 in limb 31 and 1 in limb 30. */
const LAST_CARRIES = [
  operands({
    a0: digits({ 31: 254, 30: 1 }),
    b0: digits({ 31: 128, 30: 1 }),
    a1: digits({ 31: 2 }),
    b1: digits({ 30: 191 }),
  }),
  operands({ a0: digits({ 31: 254 }), b1: digits({ 31: 128 }), a1: digits({ 30: 1 }), b0: digits({ 30: 1 }) }),
] as const;

/** The limb 1 is written as the digits 0 and 1 / 256, which is −127 · 2^16 in the table's field. */
function* operandForgeries(part: 0 | 1): Generator<Forgery> {
  const other = digits({ 1: 1 });
  for (let k = 0; k < LIMBS; k++) {
    const wrong = digits({ [2 * k + 1]: -127 * 2 ** 16 });
    const ofA = operands(part === 0 ? { a0: wrong, b0: other } : { a1: wrong, b1: other });
    const ofB = operands(part === 0 ? { a0: other, b0: wrong } : { a1: other, b1: wrong });
    yield { refusedBy: `bytes[${16 * part + k}]`, cells: productCells(ofA) };
    yield { refusedBy: `bytes[${32 + 16 * part + k}]`, cells: productCells(ofB) };
  }
}

/** A digit of the quotient above 255 makes a product 0 whose limbs are those of the first factor. */
function* quotientForgeries(part: 0 | 1): Generator<Forgery> {
  const { digit, limbs } = wrongQuotient(part);
  for (let k = 0; k < LIMBS; k++) {
    const given = inPart(part, bytesOfLimbs(limbs), digits({ [2 * k]: 1 }));
    const quotient = ZERO_QUOTIENTS[part].map((own, i) => (i === 2 * k ? digit : own));
    yield { refusedBy: `bytes[${64 + 16 * part + k}]`, cells: productCells(given, zeroClaim(given, part, quotient)) };
  }
}

function bytesOfLimbs(limbs: readonly number[]): number[] {
  return limbs.flatMap((limb) => [limb & 0xff, limb >> 8]);
}

/**
 * A digit, and limbs that are its product with the prime if carries in range are all that a row needs: they fill each limb to
 * the next multiple of 2^16, in the table's field, and the last one has no carry.
 */
function wrongQuotient(part: 0 | 1): { readonly digit: number; readonly limbs: readonly number[] } {
  // The quotient of zeros adds carries up to 64.
  const largest = 2 ** 16 * (2 ** 15 - 1 - OFFSETS[part] - 64);
  for (let digit = 2 ** 20; digit < 2 ** 24; digit++) {
    const limbs: number[] = [];
    let carry = 0;
    for (const limb of PRIME_LIMBS) {
      const sum = canonical(carry - mul(digit, limb));
      const value = sum > largest ? sum - P : sum;
      carry = Math.ceil(value / 2 ** 16);
      limbs.push(2 ** 16 * carry - value);
    }
    if (carry === 0) return { digit, limbs };
  }
  throw new Error("no digit is a wrong quotient");
}

/** A result with a limb that is out of range. */
function* resultForgeries(part: 0 | 1): Generator<Forgery> {
  for (let k = 0; k < LIMBS; k++) {
    const refusedBy = `range16[${16 * part + k}]`;
    // 2^(16 (k + 1)) as 2^16 in limb k; −2^240 with the next quotient.
    const sum = k < 15 ? digits({ [k + 1]: 1 }, LIMBS) : limbsOf(BN254_PRIME - 2n ** 240n);
    const given = operands(part === 0 ? { c0: sum } : { c1: sum });
    const r = digits({ [k]: k < 15 ? 2 ** 16 : -1 }, LIMBS);
    const quotient = ZERO_QUOTIENTS[part].map((own, i) => (i === 0 && k === 15 ? own + 1 : own));
    yield { refusedBy, cells: productCells(given, replacePart(truthOf(given), part, r, quotient)) };
  }
}

/** A result of the prime or more, by each constraint that compares it. */
function* lessForgeries(part: 0 | 1): Generator<Forgery> {
  const name = NAMES[part];
  const prime = (changes: Readonly<Record<number, number>>): number[] => PRIME_LIMBS.map((limb, i) => changes[i] ?? limb);
  const [high, low] = [PRIME_LIMBS[15]! + 3, PRIME_LIMBS[0]!];
  for (let i = 1; i < 15; i++)
    yield larger(part, `${name}: chosen[${i}] is boolean`, prime({ 15: high, 0: 0 }), { 15: 1, [i]: -1, 0: 1 }, low - 4);
  yield larger(part, `${name}: chosen[0] is boolean`, prime({ 15: high, 0: 0xffff }), { 15: 1, 14: 1, 0: -1 }, 0xffff - low - 4);
  yield larger(part, `${name}: less: one limb is chosen`, prime({ 15: high, 0: 0 }), { 15: 1, 0: 1 }, low - 4);
  for (let i = 1; i < 16; i++) {
    const refusedBy = `${name}: less: limb ${i} above the chosen one is equal`;
    yield larger(part, refusedBy, prime({ [i]: PRIME_LIMBS[i]! + 1, 0: low - 1 }), { 0: 1 }, 0);
  }
  yield larger(part, `${name}: less: gap`, prime({ 0: low + 5 }), { 0: 1 }, 0);
  yield larger(part, `range16[${32 + part}]`, prime({ 0: low + 5 }), { 0: 1 }, -6);
}

/** A part of the result with these limbs, which are those of a number that is not below the prime. */
function larger(
  part: 0 | 1,
  refusedBy: string,
  r: readonly number[],
  flags: Readonly<Record<number, number>>,
  gap: number,
): Forgery {
  const value = r.reduceRight((sum, limb) => (sum << 16n) + BigInt(limb), 0n);
  const modulo = (number: bigint): bigint => ((number % BN254_PRIME) + BN254_PRIME) % BN254_PRIME;
  // The imaginary part has a product, so that its quotient is not negative.
  const far = digits({ 25: 1 });
  const given =
    part === 0
      ? operands({ c0: limbsOf(modulo(value)) })
      : operands({ a0: far, b1: far, c1: limbsOf(modulo(value - 2n ** 400n)) });
  const sum = part === 0 ? modulo(value) + SHIFT * BN254_PRIME : modulo(value - 2n ** 400n) + 2n ** 400n;
  const claimed = replacePart(truthOf(given), part, r, bytesOf((sum - value) / BN254_PRIME));
  const honest = productCells(given, claimed);
  const chosen = honest.chosen.map((flag, i) => (i >> 4 === part ? (flags[i & 15] ?? 0) : flag));
  return { refusedBy, cells: { ...honest, chosen, gap: honest.gap.map((own, i) => (i === part ? gap : own)) } };
}

/** A word is accessed with its content at a later time. */
function* timeForgeries(): Generator<Forgery> {
  const cells = productCells(operands({ a0: digits({ 0: 3 }), b0: digits({ 0: 5 }) }));
  for (let word = 0; word < 8; word++) {
    const number = TIME + (word >> 1) - 1 - (TIME + 10);
    const withGap = (low: number, high: number): FieldProductCells => ({
      ...cells,
      gaps: cells.gaps.map((limb, i) => (i >> 1 !== word ? limb : i % 2 === 0 ? low : high)),
    });
    yield { refusedBy: `range16[${34 + word}]`, cells: withGap(number, 0) };
    yield { refusedBy: `range14[${word}]`, cells: withGap(0, mul(canonical(number), inv(2 ** 16))) };
  }
}
