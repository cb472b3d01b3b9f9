import { secp256k1 } from "@noble/curves/secp256k1.js";
import type { CurveMultipleCells } from "../../../../src/proofs/circuits/curve-multiple/curve-multiple-air.ts";
import { noMultiple } from "../../../../src/proofs/circuits/curve-multiple/curve-multiple-trace.ts";
import type { CurveStepCells } from "../../../../src/proofs/circuits/curve-step/curve-step-air.ts";
import { noStep } from "../../../../src/proofs/circuits/curve-step/curve-step-trace.ts";
import { BETA, LAMBDA, splitScalar } from "../../../../src/proofs/circuits/secp256k1/endomorphism.ts";
import { offsets } from "../../../../src/proofs/circuits/curve-sum/offsets.ts";
import { modulo, ORDER, type Point, PRIME } from "../../../../src/proofs/circuits/secp256k1/secp256k1.ts";
import { bytesOf } from "../../../../src/proofs/circuits/shapes/word.ts";
import { at } from "../../arithmetic/support/table-tests.ts";
import { type CurveRun, curveRun, digitsOf, type Parts } from "./curve-run.ts";
import { multiple } from "./sum-forgeries.ts";
import { pointSum } from "./true-curve-messages.ts";

/** A run that claims something false, and what alone refuses it. */
export interface MultipleForgery {
  readonly run: CurveRun;
  readonly refusedBy: string;
}

const { Fp } = secp256k1.Point;
export const POINT = multiple(0x55_aa55n);
const OTHER = multiple(99n);
const [PART, TURNED_PART] = [0xdead_beefn << 90n, 0x1357_9bdfn << 85n];
const TOP = 2n ** 128n;
const ofParts = (part: bigint, turned: bigint): bigint => modulo(part + LAMBDA * turned, ORDER);
export const REQUEST = { time: 77, u: 0x1234_5678n << 120n, v: ofParts(PART, TURNED_PART), point: POINT } as const;
/** Request of one part only, whose lower 128 bits are set: every digit is 4, and no step adds the offset alone. */
const ONES = { time: 78, u: 0n, v: 2n ** 128n - 1n, point: POINT } as const;
const onlyFirst = { parts: [ONES.v, 0n] } as const satisfies Parts;

/** The run with another row of the multiple, of which it has one. */
export function withMultiple(run: CurveRun, cells: Partial<CurveMultipleCells>): CurveRun {
  return { ...run, multiples: [{ ...run.multiples[0]!, ...cells }] };
}

/** Runs that claim another point than the multiple, of each of which one constraint or message is false. */
export function* multipleForgeries(): Generator<MultipleForgery> {
  yield* topForgeries();
  yield* offsetForgeries();
  yield* partForgeries();
  yield* pointForgeries();
  yield* choiceForgeries();
  yield* busForgeries();
}

/** The chosen value is not a point: no table defines its sum. */
function* topForgeries(): Generator<MultipleForgery> {
  const parts = [PART, TURNED_PART] as const;
  const withTop = modulo(LAMBDA * (TURNED_PART + TOP), ORDER);
  yield {
    run: curveRun(REQUEST, { parts, start: OTHER, tops: [-1, 1, 0], product: withTop }),
    refusedBy: "multiples: tops[0] is boolean",
  };
  const without = modulo(REQUEST.v - PART - TOP, ORDER);
  yield {
    run: curveRun(REQUEST, { parts, start: OTHER, tops: [1, -1, 0], product: without }),
    refusedBy: "multiples: tops[1] is boolean",
  };
  yield { run: curveRun(REQUEST, { parts, start: OTHER, tops: [1, 0, -1] }), refusedBy: "multiples: tops[2] is boolean" };
  const request = { ...REQUEST, v: ofParts(PART + TOP, TURNED_PART + TOP) };
  const both = { parts: [PART + TOP, TURNED_PART + TOP], tops: [1, 1, 0], start: OTHER } as const satisfies Parts;
  yield { run: curveRun(request, both), refusedBy: "multiples: one top" };
}

function* offsetForgeries(): Generator<MultipleForgery> {
  const [first, second] = offsets();
  // The coordinates of five times the second offset less four times the first do not fit bytes.
  const between = (own: Point, other: Point, coordinate: "x" | "y"): number[] => {
    const bytes = bytesOf(other[coordinate]);
    return bytesOf(own[coordinate]).map((byte, i) => byte + 5 * (bytes[i]! - byte));
  };
  const run = curveRun(ONES, { ...onlyFirst, second: 5, chosen: { 4: OTHER }, result: OTHER });
  const choices = run.choices.map((row) => {
    const [own, other] = [first, second].map(({ added }) => added[row.digit % 4]!);
    return { ...row, x1: between(own!, other!, "x"), y1: between(own!, other!, "y") };
  });
  yield { run: { ...run, choices }, refusedBy: "multiples: second is boolean" };
  const { x, y } = multiple(5n);
  for (const [low, point] of second.added.entries()) {
    // The steps' lower bits are those of u, and at the first step all others are 0.
    const u = BigInt(low & 1) * 2n ** 127n + BigInt(low >> 1) * 2n ** 255n;
    const run = curveRun({ time: 79, u, v: 0n, point: { x, y } }, { parts: [0n, 0n], chosenAt: { 0: point } });
    const filler = { ...noMultiple(), time: 79, second: 1, uses: at([0, 0, 0, 0], { [low]: 1 }) };
    yield { run: { ...run, multiples: [...run.multiples, filler] }, refusedBy: `multiples: only a real row answers ${low}` };
  }
}

/** The steps take other scalars. */
function* partForgeries(): Generator<MultipleForgery> {
  const [, second] = splitScalar(REQUEST.v);
  const other = modulo(REQUEST.v - 3n, ORDER);
  yield { run: curveRun(REQUEST, { parts: [3n, second], product: other }), refusedBy: "multiples: alu[0]" };
  yield { run: curveRun(REQUEST, { parts: [3n, second] }), refusedBy: "multiples: alu[1]" };
  for (const [i, claimed] of [1n, 2n ** 128n].entries()) {
    const digits = digitsOf(REQUEST.u + claimed, splitScalar(REQUEST.v));
    yield { run: curveRun(REQUEST, { digits }), refusedBy: "curveLimbs" };
    const parts = splitScalar(REQUEST.v);
    const moved = digitsOf(REQUEST.u, [parts[0] ^ BigInt(1 - i), parts[1] ^ BigInt(i)]);
    yield { run: curveRun(REQUEST, { digits: moved }), refusedBy: "curveLimbs" };
  }
  // The halves of u, and the parts of v, one for the other.
  const swapped = digitsOf(REQUEST.u, splitScalar(REQUEST.v)).map((digit) => ((digit & 5) << 1) | ((digit >> 1) & 5));
  yield { run: curveRun(REQUEST, { digits: swapped }), refusedBy: "curveLimbs" };
}

/** Other points than the turned one and its sum. */
function* pointForgeries(): Generator<MultipleForgery> {
  // The x that LAMBDA points have is small, and that and the prime is a word, too.
  const small = smallest();
  const point = { x: Fp.mul(small.x, Fp.inv(BETA)), y: small.y };
  const turned = { x: small.x + PRIME, y: small.y };
  const chosen = Object.fromEntries([8, 9, 10, 11].map((digit) => [digit, pointSum(offsets()[0].added[digit - 8]!, small)]));
  yield { run: curveRun({ ...REQUEST, point }, { turned, both: OTHER, chosen }), refusedBy: "multiples: alu[2]" };
  yield { run: curveRun(REQUEST, { turned: POINT }), refusedBy: "multiples: curveProduct[0]" };
  const honest = modulo(BETA * POINT.x);
  const own = Object.fromEntries(
    [8, 9, 10, 11].map((digit) => [digit, pointSum(offsets()[0].added[digit - 8]!, { x: honest, y: POINT.y })]),
  );
  const bytes = bytesOf(honest);
  for (let i = 0; i < bytes.length; i += 2) {
    // The same limb.
    const turnedX = at(bytes, { [i]: bytes[i]! + 256, [i + 1]: bytes[i + 1]! - 1 });
    const run = withMultiple(curveRun(REQUEST, { both: OTHER, chosen: own }), { turnedX });
    const choices = run.choices.map((row) => (row.digit >= 8 && row.digit < 12 ? { ...row, x2: turnedX } : row));
    yield { run: { ...run, choices }, refusedBy: `multiples: bytes[${i / 2}]` };
  }
  yield { run: curveRun(REQUEST, { both: OTHER }), refusedBy: "multiples: curveSum[0]" };
  yield { run: curveRun(REQUEST, { start: OTHER }), refusedBy: "multiples: curveSum[1]" };
  yield { run: curveRun(REQUEST, { result: OTHER }), refusedBy: "multiples: curveSum[2]" };
}

/** The point of the smallest x. */
function smallest(): Point {
  for (let x = 1n; ; x++) {
    const square = Fp.create(x ** 3n + 7n);
    if (Fp.eql(Fp.pow(square, (Fp.ORDER - 1n) / 2n), Fp.ONE)) return { x, y: Fp.sqrt(square) };
  }
}

function* choiceForgeries(): Generator<MultipleForgery> {
  yield { run: curveRun(ONES, { ...onlyFirst, chosen: { 4: OTHER } }), refusedBy: "choices: curveSum[0]" };
  // The point is the opposite of the offset, so that the sum is infinity, which the formulas of lines do not define.
  const [{ added }] = offsets();
  const opposite = { x: added[0].x, y: Fp.neg(added[0].y) };
  const digits = [4, ...new Array<number>(127).fill(0)];
  const request = { ...ONES, v: 2n ** 127n, point: opposite };
  yield { run: curveRun(request, { parts: [request.v, 0n], digits }), refusedBy: "choices: the sum is finite" };
  const honest = curveRun(ONES, { ...onlyFirst, chosenAt: { 9: OTHER } });
  const row = honest.choices[0]!;
  const filler = { ...row, real: 0, x3: bytesOf(OTHER.x), y3: bytesOf(OTHER.y), uses: 1 };
  yield { run: { ...honest, choices: [...honest.choices, filler] }, refusedBy: "choices: only a real row answers" };
  // What is asked for is another sum than that of the row.
  const digit4 = curveRun(ONES, { ...onlyFirst, chosen: { 4: pointSum(added[0], OTHER) } });
  const other = { x2: bytesOf(OTHER.x), y2: bytesOf(OTHER.y) };
  const choices = digit4.choices.map((each) => (each.digit === 4 ? { ...each, ...other } : each));
  yield { run: { ...digit4, choices }, refusedBy: "curveChoice" };
}

function* busForgeries(): Generator<MultipleForgery> {
  const honest = curveRun(REQUEST);
  yield { run: { ...honest, claim: { ...honest.claim, result: OTHER } }, refusedBy: "curveMultiple" };
  yield { run: curveRun(REQUEST, { chosenAt: { 40: OTHER } }), refusedBy: "curveChosen" };
  // The chain is cut: steps continue at another point than the end of the previous ones.
  const other = curveRun({ ...REQUEST, u: REQUEST.u ^ (1n << 127n) });
  const isBefore = (row: CurveStepCells): boolean => row.step < 64;
  const steps = [...honest.steps.filter(isBefore), ...other.steps.filter((row) => !isBefore(row))];
  const uses = other.multiples[0]!;
  const cut = withMultiple(honest, { endX: uses.endX, endY: uses.endY, resultX: uses.resultX, resultY: uses.resultY });
  yield { run: counted({ ...cut, claim: { ...cut.claim, result: other.claim.result }, steps }), refusedBy: "curveStep" };
  // A row that is not a step claims other upper limbs, and the steps take 32 bits as the next ones.
  const request = { ...REQUEST, u: 1n << 127n, v: 5n };
  const added = digitsOf(0n, [5n, 0n]);
  const run = curveRun(request, { parts: [5n, 0n], digits: added });
  const told = run.steps.map((row) => (row.step === 15 ? { ...row, full: 0 } : row));
  const limbs = { ...noStep(), full: 1, time: request.time, step: 15, parts: [2 ** 14, 0, 0, 0] };
  yield { run: { ...run, steps: [...told, limbs] }, refusedBy: "steps: only a step is full" };
}

/** The run with as many uses as its steps have. */
function counted(run: CurveRun): CurveRun {
  const digits = run.steps.map(({ bits }) => bits.reduce((sum, bit, i) => sum + bit * 2 ** i, 0));
  const uses = (digit: number): number => digits.filter((own) => own === digit).length;
  const [row] = run.multiples;
  return {
    ...run,
    multiples: [{ ...row!, uses: [0, 1, 2, 3].map(uses) }],
    choices: run.choices.map((choice) => ({ ...choice, uses: uses(choice.digit) })),
  };
}
