import {
  FIRST_UPPER_LIMB,
  DIGIT_OFFSET,
  type CurveStepCells,
  STEP_PRODUCTS,
} from "../../../../src/proofs/circuits/curve-step/curve-step-air.ts";
import { noStep } from "../../../../src/proofs/circuits/curve-step/curve-step-trace.ts";
import { CARRY_OFFSET, type CurveProduct } from "../../../../src/proofs/circuits/curve-product/product-identity.ts";
import { inverse, modulo, type Point, PRIME } from "../../../../src/proofs/circuits/secp256k1/secp256k1.ts";
import { bytesOf, LIMB, LIMBS, limbsOf, WORD_BYTES } from "../../../../src/proofs/circuits/shapes/word.ts";
import { inv, P } from "../../../../src/proofs/field/koala-bear.ts";
import { canonical } from "../../arithmetic/support/judge.ts";
import { at } from "../../arithmetic/support/table-tests.ts";
import { curveStepRow, linesOfSteps, stepProducts, stepWitness } from "./step-lines.ts";
import { multiple } from "./sum-forgeries.ts";
import { valueOf } from "./true-curve-messages.ts";

/** Row that continues at another point than the step's, and its only refusal. */
export interface StepForgery {
  readonly cells: CurveStepCells;
  readonly refusedBy: string;
}

const [A, B] = [multiple(11n), multiple(0x1234_5678_9abc_def0_1111n)];
const PLACE = { time: 9, step: 20, bits: [1, 0, 1, 1], parts: [3, 2, 1, 0], full: 0 };

/** The honest row that doubles a point and adds another. */
export function honestStep(point = A, chosen = B, place: Partial<typeof PLACE> = {}): CurveStepCells {
  return curveStepRow({ ...PLACE, ...place }, linesOfSteps(point, [chosen])![0]!);
}

type Cells = Omit<CurveStepCells, "quotients" | "carries">;

/** A row's numbers: coordinates as bytes or what is more, lines as digits. */
interface Numbers {
  readonly point: Point;
  readonly chosen: Point;
  readonly slope: bigint | readonly number[];
  readonly gap: bigint | readonly number[];
  readonly second: bigint | readonly number[];
  readonly next: Point;
}

const OFFSET = bytesOf(0n).reduce((sum) => (sum << 8n) + BigInt(DIGIT_OFFSET), 0n);
const cellsOfDigits = (digits: bigint | readonly number[]): number[] =>
  typeof digits === "bigint" ? bytesOf(modulo(digits + OFFSET)) : digits.map((digit) => canonical(digit + DIGIT_OFFSET));

/** Row with these numbers, without the witness of its products. */
function rowOf({ point, chosen, slope, gap, second, next }: Numbers): Cells {
  const apart = limbsOf(chosen.x).map((limb, i) => limb - limbsOf(point.x)[i]!);
  const differing = apart.findIndex((limb) => limb !== 0);
  const lacking = limbsOf(next.x).reduce((sum, limb, i) => (i < FIRST_UPPER_LIMB ? sum : sum + LIMB - 1 - limb), 0);
  return {
    ...{ real: 1, ...PLACE },
    ...{ x: bytesOf(point.x), y: bytesOf(point.y), chosenX: bytesOf(chosen.x), chosenY: bytesOf(chosen.y) },
    ...{ slope: cellsOfDigits(slope), gap: cellsOfDigits(gap), secondSlope: cellsOfDigits(second) },
    ...{ nextX: bytesOf(next.x), nextY: bytesOf(next.y), inverse: lacking === 0 ? 0 : inv(lacking) },
    differs: apart.map((limb, i) => (i === differing ? inv(canonical(limb)) : 0)),
  };
}

const withWitness = (cells: Cells): CurveStepCells => ({ ...cells, ...stepWitness(cells) });

/** All, each refused by one constraint or look-up. */
export function* stepForgeries(): Generator<StepForgery> {
  const honest = honestStep();
  // The digit is that of another bit, or of two.
  for (let i = 0; i < 4; i++) {
    const bits = at([0, 0, 0, 0], { [i]: i === 0 ? 2 : inv(2 ** i) });
    yield { cells: { ...honest, bits }, refusedBy: `bits[${i}] is boolean` };
  }
  yield { cells: { ...noStep(), full: 1, parts: [5, 0, 0, 0] }, refusedBy: "only a step is full" };
  const same = { point: A, chosen: A, slope: 5n, gap: modulo(25n - 3n * A.x), second: 0n, next: A };
  yield { cells: withWitness(following(same)), refusedBy: "x differs" };
  yield { cells: withWitness(beyondPrime()), refusedBy: "next x is below the prime" };
  yield* productForgeries();
  yield* byteForgeries(honest);
}

/** The row with the second slope and the next point that follow from the slope and the gap. */
function following({ point, chosen, slope, gap }: Numbers): Cells {
  if (typeof slope !== "bigint" || typeof gap !== "bigint") throw new TypeError("numbers have lines that follow");
  const second = modulo(-slope - 2n * point.y * inverse(gap));
  return rowOf({ point, chosen, slope, gap, second, next: nextOf(point, gap, second) });
}

function nextOf(point: Point, gap: bigint, second: bigint): Point {
  const x = modulo(second * second - 2n * point.x - gap);
  return { x, y: modulo(second * (point.x - x) - point.y) };
}

/** Row that claims p + 5 for a step to a point with x = 5. */
function beyondPrime(): Cells {
  const [x, second] = [1_000n, 3n];
  const gap = modulo(second * second - 2n * x - 5n);
  const point = { x, y: modulo(-second * gap * inverse(2n)) };
  const chosen = { x: modulo(-2n * x - gap), y: point.y };
  const next = nextOf(point, gap, second);
  return rowOf({ point, chosen, slope: 0n, gap, second, next: { ...next, x: next.x + PRIME } });
}

/**
 * Defect of a witness: a limb that is 1 more, a carry or a limb of the quotient beyond the field's prime, or products of
 * digits beyond it, positive or negative; or nothing.
 */
interface Defect {
  readonly kind: "limb" | "carry" | "quotient" | "above" | "below" | "none";
  readonly at: number;
}

/** Excess of the left side of a product with the defect over the right side, modulo the prime. */
function excess({ kind, at: k }: Defect): bigint {
  if (kind === "limb") return 1n << BigInt(16 * k);
  if (kind === "quotient" || kind === "below") return -BigInt(P) << BigInt(16 * k);
  if (kind === "none") return 0n;
  if (kind === "above") return BigInt(P) << BigInt(16 * k);
  return defects(k).reduce((sum, defect, limb) => sum + (BigInt(defect) << BigInt(16 * limb)), 0n);
}

/** Errors of limbs' sums if 2^15 is added to a carry: 2^31 is 2^24 − 1 in the field. The last carry is in limbs 16 and 18. */
function defects(carry: number): number[] {
  const list = new Array<number>(2 * LIMBS).fill(0);
  list[carry] = 2 ** 24 - 1;
  if (carry < 31) list[carry + 1] = -(2 ** 15);
  else [list[16], list[18]] = [-977 * 2 ** 15, -(2 ** 15)];
  return list;
}

/** Witness of a product with a defect. */
function forgedWitness({ x, z, r }: CurveProduct, defect: Defect): { readonly quotient: number[]; readonly carry: number[] } {
  const { kind, at: k } = defect;
  const rest = valueOf(x, 8n) * valueOf(z, 8n) - valueOf(r, 16n) - excess(defect);
  const whole = rest / PRIME;
  if (whole * PRIME !== rest) throw new Error("the product has another defect");
  const [quotient, high] = [
    limbsOf(BigInt.asUintN(256, whole)),
    Number(whole >> 256n) + (kind === "quotient" && k === 15 ? 34 : 0),
  ];
  if (kind === "quotient") {
    quotient[k]! -= 34 * LIMB;
    if (k < 15) quotient[k + 1]! += 34;
  }
  const off = kind === "carry" ? defects(k) : [];
  const positions = new Array<number>(2 * WORD_BYTES).fill(0);
  x.forEach((a, i) => z.forEach((b, j) => (positions[i + j]! += a * b)));
  const carry: number[] = [];
  let before = 0;
  for (let limb = 0; limb < 2 * LIMBS; limb++) {
    const q = (i: number): number => quotient[i] ?? 0;
    let total = positions[2 * limb]! + 256 * positions[2 * limb + 1]! + before + 977 * q(limb) + q(limb - 2) - q(limb - 16);
    total -= (r[limb] ?? 0) + (off[limb] ?? 0) + (kind === "limb" && limb === k ? 1 : 0);
    total += limb === 16 ? 977 * high : limb === 18 ? high : 0;
    if (limb === k) total += kind === "quotient" || kind === "below" ? P : kind === "above" ? -P : 0;
    before = total / LIMB;
    carry.push(canonical(before + CARRY_OFFSET + (kind === "carry" && limb === k ? 2 ** 15 : 0)));
  }
  return { quotient: quotient.map(canonical), carry };
}

/** The numbers of a row one of whose products has an excess, and those behind it follow. */
function withExcess(product: number, more: bigint): Numbers {
  const [point, chosen] = [A, B];
  const slope = modulo((chosen.y - point.y + (product === 0 ? more : 0n)) * inverse(chosen.x - point.x));
  const gap = modulo(slope * slope - 2n * point.x - chosen.x - (product === 1 ? more : 0n));
  const second = modulo(-slope + (-2n * point.y + (product === 2 ? more : 0n)) * inverse(gap));
  const x = modulo(second * second - 2n * point.x - gap - (product === 3 ? more : 0n));
  const y = modulo(second * (point.x - x) - point.y - (product === 4 ? more : 0n));
  return { point, chosen, slope, gap, second, next: { x, y } };
}

/** Row with a defect in one product; `digits` replace its digits if these are elements of the field. */
function withDefect(cells: Cells, product: number, defect: Defect, digits: Partial<Cells> = {}): CurveStepCells {
  const shown = stepProducts({ ...cells, ...digits }).map((own, i) =>
    forgedWitness(own, i === product ? defect : { kind: "none", at: 0 }),
  );
  return { ...cells, quotients: shown.flatMap(({ quotient }) => quotient), carries: shown.flatMap(({ carry }) => carry) };
}

function* productForgeries(): Generator<StepForgery> {
  for (const [product, name] of STEP_PRODUCTS.entries()) {
    const forged = (defect: Defect): CurveStepCells =>
      withDefect(rowOf(withExcess(product, modulo(excess(defect)))), product, defect);
    for (let k = 0; k < 2 * LIMBS; k++) {
      yield { cells: forged({ kind: "limb", at: k }), refusedBy: `${name}: limb ${k}` };
      yield { cells: forged({ kind: "carry", at: k }), refusedBy: `range14[${2 * LIMBS * product + k}]` };
      if (k < LIMBS) yield { cells: forged({ kind: "quotient", at: k }), refusedBy: `range16[${LIMBS * product + k}]` };
    }
  }
}

/** Digits that are too large: products of them are beyond the field's prime. And coordinates of which other tables promise nothing. */
function* byteForgeries(honest: CurveStepCells): Generator<StepForgery> {
  for (let digit = 0; digit < WORD_BYTES; digit += 2) {
    const pair = digit / 2;
    yield { cells: largeSlope(digit), refusedBy: `bytes[${pair}]` };
    yield { cells: largeGap(digit), refusedBy: `bytes[${16 + pair}]` };
    yield { cells: largeSecond(digit), refusedBy: `bytes[${32 + pair}]` };
    const moved = (bytes: readonly number[]): number[] =>
      at(bytes, { [digit]: bytes[digit]! + 256, [digit + 1]: bytes[digit + 1]! - 1 });
    const nextX = { ...honest, nextX: moved(honest.nextX) };
    yield { cells: withWitness(nextX), refusedBy: `bytes[${48 + pair}]` };
    yield { cells: { ...honest, nextY: moved(honest.nextY) }, refusedBy: `bytes[${64 + pair}]` };
  }
}

/** A digit whose square is more than the field's prime, and less than that and what carries may be. */
const LARGE = 50_000n;
const one = (digit: number, value: number): number[] => at(new Array<number>(WORD_BYTES).fill(0), { [digit]: value });
const halved = (value: bigint): bigint => modulo(value * inverse(2n));
/** Square of a slope of one large digit, in the field. */
const squareInField = (large: bigint, digit: number): bigint => (large * large - BigInt(P)) << BigInt(16 * digit);

/** The slope has one digit, x differs by 1, the gap is 1 and the second slope 0. */
function largeSlope(digit: number): CurveStepCells {
  for (let large = LARGE; ; large++) {
    const value = large << BigInt(8 * digit);
    const x = modulo((squareInField(large, digit) - 2n) * inverse(3n));
    if ((x & 0xffn) === 0xffn) continue;
    const point = { x, y: halved(-value) };
    const chosen = { x: x + 1n, y: modulo(point.y + value) };
    const numbers = { point, chosen, slope: one(digit, Number(large)), gap: 1n, second: 0n, next: nextOf(point, 1n, 0n) };
    return withDefect(rowOf(numbers), 1, { kind: "above", at: digit });
  }
}

/** The gap has one digit: 4 times as much, of the second slope, is beyond the field's prime. */
function largeGap(digit: number): CurveStepCells {
  const [value, limb] = [-550_000_000, digit / 2];
  const gap = BigInt(value) << BigInt(16 * limb);
  const point = { x: 5n, y: halved(-4n * gap - (BigInt(P) << BigInt(16 * limb))) };
  const chosen = { x: modulo(-10n - gap), y: point.y };
  const numbers = { point, chosen, slope: 0n, gap: one(digit, value), second: one(0, 4), next: nextOf(point, modulo(gap), 4n) };
  const cells = rowOf(numbers);
  return withDefect(cells, 2, { kind: "below", at: limb }, { gap: one(digit, value).map((own) => own + DIGIT_OFFSET) });
}

/** The second slope has one digit, the gap is 3, and the difference of x and the next x is 1. */
function largeSecond(digit: number): CurveStepCells {
  for (let large = LARGE; ; large++) {
    const value = large << BigInt(8 * digit);
    const x = modulo((squareInField(large, digit) - 2n) * inverse(3n));
    if ((x & 0xffn) === 0n) continue;
    const point = { x, y: halved(-3n * value) };
    const chosen = { x: modulo(-2n * x - 3n), y: point.y };
    const next = { x: x - 1n, y: modulo(value - point.y) };
    const numbers = { point, chosen, slope: 0n, gap: 3n, second: one(digit, Number(large)), next };
    return withDefect(rowOf(numbers), 3, { kind: "above", at: digit });
  }
}
