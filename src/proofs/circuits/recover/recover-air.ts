import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import type { Expression } from "../../stark/constraints/expression.ts";
import type { FieldValues } from "../../stark/constraints/fields.ts";
import { OPERATION } from "../operations/operation.ts";
import { ALU, BYTES, CURVE_MULTIPLE, CURVE_PRODUCT, MEMORY, MEMORY_TASK } from "../buses.ts";
import { CURVE_CONSTANT, ORDER, PRIME } from "../secp256k1/secp256k1.ts";
import { NUMBER30, timeBefore } from "../words/earlier.ts";
import { assertBoolean, constantWord, element, limbsOfBytes, lookUpBytes, lookUpLimbs, zeroWord } from "../words/expressions.ts";
import { LIMB, LIMBS, limbsOf, WORD_BYTES } from "../shapes/word.ts";

/** Why a signature has a key or none: one of them is 1 in a row that answers. */
export const CASES = {
  /** There is a key. */
  good: 1,
  /** 1 if the signature yields infinity, which is an invalid key. */
  infinite: 1,
  /** No point of the curve has x = r. */
  noPoint: 1,
  /** 1 if the parity is above 1. */
  largeParity: 1,
  /** r or s is 0. */
  zeroR: 1,
  zeroS: 1,
  /** r or s is the group's order or more. */
  largeR: 1,
  largeS: 1,
} as const;

/** Words of the memory that a row reads, and those that it writes behind them. */
export const READ_WORDS = 4;
export const WRITTEN_WORDS = 2;

/** A recovery a row. Words are limbs, coordinates bytes, lowest first. */
export const RECOVER_FIELDS = {
  ...CASES,
  time: 1,
  /** The words lie from the offset 32 · (low + 2^16 · high) on. */
  space: 1,
  low: 1,
  high: 1,
  hash: LIMBS,
  parity: LIMBS,
  r: WORD_BYTES,
  s: LIMBS,
  /** The square and the cube of r; y² is r³ + 7, or minus that if no point has x = r. */
  square: WORD_BYTES,
  cube: LIMBS,
  y: WORD_BYTES,
  /** Half of the lowest byte of y, rounded down. */
  half: 1,
  /** The key is u generators and v points (r, y), with v · r = s, u · r = product and product + hash = 0, modulo the order. */
  u: LIMBS,
  v: LIMBS,
  product: LIMBS,
  keyX: WORD_BYTES,
  keyY: WORD_BYTES,
  /** Inverses of the sum of s's limbs and of that of keyY's bytes. */
  inverseS: 1,
  inverseKey: 1,
  /** Old words, which the key overwrites. */
  oldX: LIMBS,
  oldY: LIMBS,
  /** Steps since the last access of each of the words, minus one. */
  gaps: 12,
} as const;

export type RecoverCells = FieldValues<typeof RECOVER_FIELDS, number>;
type Columns = FieldValues<typeof RECOVER_FIELDS, Expression>;

/** The table that recovers the keys of signatures, or shows that no key signed so. */
export function recoverAir(): Air {
  const b = new AirBuilder("recover", 0);
  const columns = b.declare(RECOVER_FIELDS);
  const { good, infinite, noPoint, largeParity, zeroR, zeroS, largeR, largeS, low, high } = columns;
  assertBoolean(b, { good, infinite, noPoint, largeParity, zeroR, zeroS, largeR, largeS });
  const { r, square, y, half, cube, u, v } = columns;
  for (const bytes of [r, square, y]) lookUpBytes(b, bytes);
  b.send(BYTES, b.constant(1), { low: half, high: b.scale(half, 2) });
  lookUpLimbs(b, [...cube, ...u, ...v, low]);
  b.send(BYTES, b.constant(1), { low: high, high: b.constant(0) });
  assertNumbers(b, columns);
  assertPoint(b, columns);
  askScalars(b, columns);
  assertKey(b, columns);
  access(b, columns);
  return b.build();
}

/** 1 for a signature of numbers in range and a point. */
function solves(b: AirBuilder, { good, infinite }: Columns): Expression {
  return b.add(good, infinite);
}

function wordOf(b: AirBuilder, value: bigint): Expression[] {
  return limbsOf(value).map((limb) => b.constant(limb));
}

/** r and s are from 1 to the order less 1, and the parity is a bit, or one of them is not. That r is not 0 follows from s. */
function assertNumbers(b: AirBuilder, columns: Columns): void {
  const { largeParity, zeroR, zeroS, largeR, largeS, parity, r, s, inverseS } = columns;
  const isSolved = solves(b, columns);
  b.assertEqual("s is not zero", "everyRow", b.mul(b.add(...s), inverseS), b.constant(1), isSolved);
  b.assertZero("s is zero", "everyRow", b.add(...s), zeroS);
  b.assertZero("r is zero", "everyRow", b.add(...r), zeroR);
  // r < order if solved, not so if r is large, s < order not if s is; 1 < parity if that is large.
  const [order, limbsR] = [limbsOf(ORDER), limbsOfBytes(b, r)];
  const [comparesR, comparesOrder] = [b.add(isSolved, largeR), b.add(isSolved, largeR, largeS)];
  b.send(ALU, b.add(comparesOrder, largeParity), {
    operation: b.constant(OPERATION.lt),
    a: limbsR.map((limb, i) =>
      b.add(b.mul(comparesR, limb), b.mul(largeS, element(s, i)), i === 0 ? largeParity : b.constant(0)),
    ),
    b: order.map((limb, i) => b.add(b.scale(comparesOrder, limb), b.mul(largeParity, element(parity, i)))),
    c: zeroWord(b).map((zero, i) => (i === 0 ? b.add(isSolved, largeParity) : zero)),
    d: zeroWord(b),
  });
}

/**
 * Asserts that y has the parity at x = r, or that such a y does not exist, because minus one is a non-residue
 * modulo PRIME.
 */
function assertPoint(b: AirBuilder, columns: Columns): void {
  const { noPoint, parity, r, square, cube, y, half } = columns;
  const isSolved = solves(b, columns);
  const bit = element(parity, 0);
  b.assertZero("parity is one limb", "everyRow", b.add(...parity.slice(1)), isSolved);
  b.assertZero("parity is a bit", "everyRow", b.mul(bit, b.sub(bit, b.constant(1))), isSolved);
  b.assertEqual("y has the parity", "everyRow", element(y, 0), b.add(b.scale(half, 2), bit), isSolved);
  const isCubed = b.add(isSolved, noPoint);
  b.send(CURVE_PRODUCT, isCubed, { x: r, z: r, r: limbsOfBytes(b, square) });
  b.send(CURVE_PRODUCT, isCubed, { x: square, z: r, r: cube });
  const sign = b.sub(isSolved, noPoint);
  const right = cube.map((limb, i) => b.mul(sign, i === 0 ? b.add(limb, b.constant(Number(CURVE_CONSTANT))) : limb));
  b.send(CURVE_PRODUCT, isCubed, { x: y, z: y, r: right });
  askLess(b, isSolved, y);
}

/** The scalars of which the key is made, modulo the order. */
function askScalars(b: AirBuilder, columns: Columns): void {
  const { hash, r, s, u, v, product } = columns;
  const isSolved = solves(b, columns);
  const [order, limbsR] = [wordOf(b, ORDER), limbsOfBytes(b, r)];
  const [mulmod, addmod] = [b.constant(OPERATION.mulmod), b.constant(OPERATION.addmod)];
  b.send(ALU, isSolved, { operation: mulmod, a: v, b: limbsR, c: order, d: s });
  b.send(ALU, isSolved, { operation: mulmod, a: u, b: limbsR, c: order, d: product });
  b.send(ALU, isSolved, { operation: addmod, a: product, b: hash, c: order, d: zeroWord(b) });
}

/** The key, which is a point with coordinates below PRIME; or it is infinity. */
function assertKey(b: AirBuilder, columns: Columns): void {
  const { good, infinite, time, r, y, u, v, keyX, keyY, inverseKey } = columns;
  b.send(CURVE_MULTIPLE, solves(b, columns), { time, u, v, x: r, y, resultX: keyX, resultY: keyY });
  b.assertZero("the key is infinity", "everyRow", b.add(...keyX, ...keyY), infinite);
  b.assertEqual("the key is finite", "everyRow", b.mul(b.add(...keyY), inverseKey), b.constant(1), good);
  askLess(b, good, keyY);
}

/** A coordinate is below PRIME. */
function askLess(b: AirBuilder, flag: Expression, coordinate: readonly Expression[]): void {
  const operation = b.constant(OPERATION.lt);
  const [a, prime] = [limbsOfBytes(b, coordinate), wordOf(b, PRIME)];
  b.send(ALU, flag, { operation, a, b: prime, c: constantWord(b, 1), d: zeroWord(b) });
}

/** The words are read, and the key is written behind them. */
function access(b: AirBuilder, columns: Columns): void {
  const { good, infinite, noPoint, largeParity, zeroR, zeroS, largeR, largeS, time, space, low, high, gaps } = columns;
  const { hash, parity, r, s, oldX, oldY, keyX, keyY } = columns;
  const real = b.add(good, infinite, noPoint, largeParity, zeroR, zeroS, largeR, largeS);
  const offset = b.scale(b.add(low, b.scale(high, LIMB)), WORD_BYTES);
  const at = (place: number, flag: Expression, before: readonly Expression[], after: readonly Expression[]): void => {
    const index = b.add(offset, b.constant(WORD_BYTES * place));
    const gap = gaps.slice(NUMBER30 * place, NUMBER30 * (place + 1));
    b.receive(MEMORY, flag, { space, index, time: timeBefore(b, time, gap), word: before });
    b.send(MEMORY, flag, { space, index, time, word: after });
  };
  [hash, parity, limbsOfBytes(b, r), s].forEach((word, place) => at(place, real, word, word));
  at(READ_WORDS, good, oldX, limbsOfBytes(b, keyX));
  at(READ_WORDS + 1, good, oldY, limbsOfBytes(b, keyY));
  const word = zeroWord(b).map((zero, i) => (i === 0 ? good : zero));
  b.receive(MEMORY_TASK, real, { space, offset, time, word });
}
