import {
  type FunctionBuilder,
  type FunctionReference,
  i32Function,
  type Local,
  resultOf,
} from "../assembler/function-builder.ts";
import { I32, i32, i32x4, i16x8, type Value, v128, widened } from "../assembler/values.ts";
import { NUMBER_BYTES } from "./secp256k1-field.ts";
import { SHOWN_PRODUCT_BYTES } from "./shown-product.ts";

/**
 * Contiguous numbers of a step. The bytes of each of the three lines are those of the number plus an offset a
 * digit.
 */
export const STEP_NUMBERS = ["x", "y", "chosenX", "chosenY", "slope", "gap", "secondSlope", "nextX", "nextY"] as const;
type StepNumber = (typeof STEP_NUMBERS)[number];

/**
 * Offsets of a row's cells from its start, in elements: all bytes of the numbers in their order, and five
 * witnesses.
 */
export interface StepRowPlaces {
  readonly numbers: number;
  readonly quotients: number;
  readonly carries: number;
  /** Offset of the bytes of lines over their digits. */
  readonly digitOffset: number;
}

const DIGITS_BYTES = 2 * NUMBER_BYTES;
/** Two lists of digits, and a number's limbs as words. */
const SECOND_AT = DIGITS_BYTES;
const LIMBS_AT = 2 * DIGITS_BYTES;
const SUMS_AT = LIMBS_AT + 2 * NUMBER_BYTES;
/** Bytes of the room that `curveStepRow` needs. */
export const STEP_ROOM_BYTES = SUMS_AT + SHOWN_PRODUCT_BYTES;

/**
 * curveStepRow(numbers, row, room) → 0 if all five products are true: writes a step's bytes and what shows its products.
 * Layout: `numbers` are those of STEP_NUMBERS, `row` is where the row's words begin, `room` STEP_ROOM_BYTES. Nothing overlaps.
 * Source: the table in `circuits/curve-step/README.md`.
 */
export function curveStepRow(places: StepRowPlaces, shownProduct: FunctionReference): FunctionBuilder {
  const { f, p } = i32Function("curveStepRow", ["numbers", "row", "room"], I32);
  const from = f.let(p.numbers);
  const to = f.let(i32.add(p.row, i32.const(4 * places.numbers)));
  f.repeat(i32.const((STEP_NUMBERS.length * NUMBER_BYTES) / 16), () => {
    const bytes = f.let(v128.load(from));
    [widened.lower8(bytes), widened.upper8(bytes)].forEach((half, i) => {
      const words = f.let(half);
      f.store(to, widened.lower16(words), 32 * i);
      f.store(to, widened.upper16(words), 32 * i + 16);
    });
    f.increase(from, 16);
    f.increase(to, 64);
  });
  const terms = new StepTerms(p.numbers, places.digitOffset);
  const wrong = f.declare(I32);
  const room = (at: number): Value => i32.add(p.room, i32.const(at));
  const { digits, limbs } = terms;
  const products: readonly (readonly [x: Halves, z: Halves, r: Halves])[] = [
    [digits({ chosenX: 1, x: -1 }), digits({ slope: 1 }), limbs({ chosenY: 1, y: -1 })],
    [digits({ slope: 1 }), digits({ slope: 1 }), limbs({ x: 2, chosenX: 1, gap: 1 })],
    [digits({ slope: 1, secondSlope: 1 }), digits({ gap: 1 }), limbs({ y: -2 })],
    [digits({ secondSlope: 1 }), digits({ secondSlope: 1 }), limbs({ x: 2, gap: 1, nextX: 1 })],
    [digits({ x: 1, nextX: -1 }), digits({ secondSlope: 1 }), limbs({ y: 1, nextY: 1 })],
  ];
  products.forEach(([x, z, r], i) => {
    x.forEach((part, at) => f.store(p.room, part(), 16 * at));
    z.forEach((part, at) => f.store(p.room, part(), SECOND_AT + 16 * at));
    r.forEach((part, at) => f.store(p.room, part(), LIMBS_AT + 16 * at));
    const witness = (begin: number, count: number): Value => i32.add(p.row, i32.const(4 * (begin + count * i)));
    const [quotient, carry] = [witness(places.quotients, 16), witness(places.carries, 32)];
    const call = resultOf(shownProduct, I32, room(0), room(SECOND_AT), room(LIMBS_AT), room(SUMS_AT), quotient, carry);
    f.set(wrong, i32.add(wrong, call));
  });
  f.result(wrong);
  return f;
}

/** Parts of a list, each a vector. */
type Halves = readonly (() => Value)[];
type Factors = Readonly<Partial<Record<StepNumber, number>>>;
const LINES: readonly string[] = ["slope", "gap", "secondSlope"] satisfies StepNumber[];

/** Sums of numbers, digit by digit or limb by limb. */
class StepTerms {
  readonly #numbers: Local;
  readonly #digitOffset: number;

  constructor(numbers: Local, digitOffset: number) {
    this.#numbers = numbers;
    this.#digitOffset = digitOffset;
  }

  /** Eight digits of 16 bits a vector. */
  readonly digits = (factors: Factors): Halves =>
    [0, 1, 2, 3].map((part) => () => {
      const own = (bytes: Value): Value => (part % 2 === 0 ? widened.lower8(bytes) : widened.upper8(bytes));
      const terms = entriesOf(factors).map(([name, factor]) => ({
        factor,
        lanes: own(v128.load(this.#numbers, offsetOf(name) + 16 * (part >> 1))),
      }));
      const offset = this.#digitOffset * lineCount(factors);
      return sumOf(terms, i16x8, v128.const32(offset * 0x10001));
    });

  /** Four limbs of 32 bits a vector. */
  readonly limbs = (factors: Factors): Halves =>
    [0, 1, 2, 3].map((part) => () => {
      const own = (pairs: Value): Value => (part % 2 === 0 ? widened.lower16(pairs) : widened.upper16(pairs));
      const terms = entriesOf(factors).map(([name, factor]) => ({
        factor,
        lanes: own(v128.load(this.#numbers, offsetOf(name) + 16 * (part >> 1))),
      }));
      return sumOf(terms, i32x4, v128.const32(this.#digitOffset * 0x101 * lineCount(factors)));
    });
}

interface Term {
  readonly factor: number;
  readonly lanes: Value;
}

/** Factors are small integers: a term is added or subtracted as often as its says. */
function sumOf(
  terms: readonly Term[],
  lanes: { readonly add: (a: Value, b: Value) => Value; readonly sub: (a: Value, b: Value) => Value },
  offset: Value,
): Value {
  let sum = lanes.sub(v128.const32(0), offset);
  for (const { factor, lanes: own } of terms)
    for (let i = 0; i < Math.abs(factor); i++) sum = factor > 0 ? lanes.add(sum, own) : lanes.sub(sum, own);
  return sum;
}

function entriesOf(factors: Factors): (readonly [StepNumber, number])[] {
  return Object.entries(factors) as (readonly [StepNumber, number])[];
}

/** Number of lines whose offsets are added. */
function lineCount(factors: Factors): number {
  return entriesOf(factors).reduce((sum, [name, factor]) => sum + (LINES.includes(name) ? factor : 0), 0);
}

function offsetOf(name: StepNumber): number {
  return NUMBER_BYTES * STEP_NUMBERS.indexOf(name);
}
