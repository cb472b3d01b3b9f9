import { smallInverse } from "../../field/small-inverse.ts";
import { type Rows, traceColumns } from "../../stark/rows/trace-columns.ts";
import type { LeastHeight } from "../../stark/rows/table-rows.ts";
import { CURVE_SCALARS } from "../buses.ts";
import type { ArithmeticTrace } from "../arithmetic/arithmetic-trace.ts";
import type { CurveChoiceCells } from "../curve-choice/curve-choice-air.ts";
import { curveChoiceRow } from "../curve-choice/curve-choice-trace.ts";
import type { CurveProduct } from "../curve-product/product-identity.ts";
import { stepRows, type StepsRun, stepsFrom } from "../curve-step/curve-step-trace.ts";
import { addPoints, type Invert } from "../curve-sum/curve-sum-trace.ts";
import { BETA, LAMBDA, splitScalar } from "../secp256k1/endomorphism.ts";
import { type Offset, offsets, STEPS } from "../curve-sum/offsets.ts";
import { INFINITY, inverse, inversesOf, modulo, ORDER, type Point, PRIME } from "../secp256k1/secp256k1.ts";
import { bytesOf, limbsOf } from "../shapes/word.ts";
import { CURVE_MULTIPLE_FIELDS, type CurveMultipleCells, PART_LIMBS } from "./curve-multiple-air.ts";

/** u generators and v points, for a request at a time. Scalars are words, v is below the order, the point is not infinity. */
export interface Multiples {
  readonly time: number;
  readonly u: bigint;
  readonly v: bigint;
  readonly point: Point;
}

/** Requests of rows to other tables; each one is counted. */
interface MultipleAnswers {
  readonly sum: (first: Point, second: Point, invert?: Invert) => Point;
  readonly product: (product: CurveProduct) => void;
  readonly arithmetic: Pick<ArithmeticTrace, "ask">;
}

/** Rows of a multiple in its three tables, and its result. */
interface MultipleRows {
  readonly cells: CurveMultipleCells;
  readonly choices: readonly CurveChoiceCells[];
  /** Rows in sequence; overwritten by the next multiple. */
  readonly steps: Uint32Array;
  readonly result: Point;
}

/** The rows that answer. Throws Error where neither offset will do: the caller of such a multiple knows a discrete logarithm. */
export function curveMultipleRows(request: Multiples, answers: MultipleAnswers): MultipleRows {
  const { time, u, v, point } = request;
  const parts = splitScalar(v);
  const digits = digitsOf([u & LOWER, u >> BITS, parts[0] & LOWER, parts[1] & LOWER]);
  const turned = { x: modulo(BETA * point.x), y: point.y };
  const both = answers.sum(point, turned);
  const others = [INFINITY, point, turned, both];
  const top = Number(parts[0] >> BITS) + 2 * Number(parts[1] >> BITS);
  const plan = planOf(others, top, digits);
  const { offset, second, chosen, start, steps, invert } = plan;
  const product = answers.arithmetic.ask("mulmod", parts[1], LAMBDA, ORDER);
  answers.arithmetic.ask("addmod", parts[0], product, ORDER);
  answers.arithmetic.ask("lt", turned.x, PRIME);
  const [x, turnedX, { end }] = [bytesOf(point.x), bytesOf(turned.x), steps];
  answers.product({ x, z: bytesOf(BETA), r: limbsOf(turned.x) });
  answers.sum(offset.start, others[top] ?? INFINITY);
  const result = answers.sum(end, offset.end);
  const uses = chosen.map((_, digit) => digits.filter((other) => other === digit).length);
  const cells: CurveMultipleCells = {
    real: 1,
    time,
    second,
    u: limbsOf(u),
    v: limbsOf(v),
    x,
    y: bytesOf(point.y),
    resultX: bytesOf(result.x),
    resultY: bytesOf(result.y),
    turnedX,
    bothX: bytesOf(both.x),
    bothY: bytesOf(both.y),
    partV: limbsOf(parts[0], PART_LIMBS),
    partTurned: limbsOf(parts[1], PART_LIMBS),
    tops: [1, 2, 3].map((value) => (value === top ? 1 : 0)),
    product: limbsOf(product),
    startX: bytesOf(start.x),
    startY: bytesOf(start.y),
    inverse: inverseOfSum(start.y),
    endX: bytesOf(end.x),
    endY: bytesOf(end.y),
    uses: uses.slice(0, offset.added.length),
  };
  const choices = chosen.flatMap((_, digit): CurveChoiceCells[] => {
    const [own, other] = pairAt(offset, others, digit);
    if (other === INFINITY) return [];
    return [curveChoiceRow({ time, digit }, [own, other], answers.sum(own, other, invert), uses[digit] ?? 0)];
  });
  return { cells, choices, steps: stepRows(time, digits, steps), result };
}

const BITS = BigInt(STEPS);
const LOWER = (1n << BITS) - 1n;

/** From the uppermost bits on, a digit for each step. */
function digitsOf(scalars: readonly bigint[]): number[] {
  const bits = scalars.map((scalar) => scalar.toString(2).padStart(STEPS, "0"));
  return Array.from({ length: STEPS }, (_, step) => bits.reduce((sum, text, i) => sum + (text[step] === "1" ? 2 ** i : 0), 0));
}

/** An offset with which all steps have lines. */
interface Plan {
  readonly offset: Offset;
  readonly second: number;
  /** Chosen points, by digit. */
  readonly chosen: readonly Point[];
  readonly start: Point;
  readonly steps: StepsRun;
  readonly invert: Invert;
}

function planOf(others: readonly Point[], top: number, digits: readonly number[]): Plan {
  for (const [second, offset] of offsets().entries()) {
    const pairs = Array.from({ length: 2 ** CURVE_SCALARS }, (_, digit) => pairAt(offset, others, digit));
    const inverses = inversesOf(pairs.map(([own, other]) => modulo(other.x - own.x)));
    const invert: Invert = (divisor) => inverses.get(divisor) ?? inverse(divisor);
    const chosen = pairs.map(([own, other]) => addPoints(own, other, invert));
    const start = addPoints(offset.start, others[top] ?? INFINITY);
    const steps = [start, ...chosen].some(({ y }) => y === INFINITY.y) ? undefined : stepsFrom(start, chosen, digits);
    if (steps !== undefined) return { offset, second, chosen, start, steps, invert };
  }
  throw new Error("with each offset the steps of a multiple of secp256k1 meet equal points");
}

/** The sum of which a digit chooses. */
function pairAt({ added }: Offset, others: readonly Point[], digit: number): readonly [Point, Point] {
  return [added[digit % added.length] ?? INFINITY, others[Math.floor(digit / added.length)] ?? INFINITY];
}

/** The main columns of the table; it has no rows without multiples. Rows that are not real fill it up. */
export function curveMultipleColumns(rows: Rows<typeof CURVE_MULTIPLE_FIELDS>, minLogRows: LeastHeight): Uint32Array[] {
  const idle = noMultiple();
  return traceColumns("curveMultiple", CURVE_MULTIPLE_FIELDS, rows, { padding: () => idle, minLogRows });
}

/** Padding row without a multiple. */
export function noMultiple(): CurveMultipleCells {
  const [word, half, bytes] = [limbsOf(0n), limbsOf(0n, PART_LIMBS), bytesOf(0n)];
  return {
    real: 0,
    time: 0,
    second: 0,
    u: word,
    v: word,
    x: bytes,
    y: bytes,
    resultX: bytes,
    resultY: bytes,
    turnedX: bytes,
    bothX: bytes,
    bothY: bytes,
    partV: half,
    partTurned: half,
    tops: [0, 0, 0],
    product: word,
    startX: bytes,
    startY: bytes,
    inverse: 0,
    endX: bytes,
    endY: bytes,
    uses: [0, 0, 0, 0],
  };
}

function inverseOfSum(value: bigint): number {
  return smallInverse(bytesOf(value).reduce((sum, byte) => sum + byte, 0));
}
