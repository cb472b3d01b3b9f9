import { add, inv, mul, P, pow, rootOfUnity } from "../../../field/koala-bear.ts";
import { bitReverse } from "../../bit-reversal.ts";
import { companionOf, toMontgomery } from "../../montgomery.ts";
import { COMPACT_CONSTANTS } from "../../poseidon-rounds.ts";
import { MDS_FIRST_ROW, WIDTH } from "../../poseidon.ts";
import type { FunctionBuilder, Local } from "../assembler/function-builder.ts";
import { i32, i32x4, type Value, v128 } from "../assembler/values.ts";
import { type FieldLanes, type HalvesConstant, halvesConstant, type ShoupConstant, SIGN_OF_LOW } from "./field-lanes.ts";

/*
 * The matrix of Poseidon is circulant, so the discrete Fourier transform turns it into a factor for each element: the field has
 * roots of unity of order 16. Partial rounds change the first element alone, which is the sixteenth part of the sum of all
 * transformed ones, and what is added to it is added to each of those. So a partial round takes 16 products by constants.
 */

const LOG_WIDTH = Math.log2(WIDTH);
const TWIDDLES = WIDTH / 2;
const PAIR_BYTES = 8;
const SPECTRUM_BYTES = PAIR_BYTES * WIDTH;

/**
 * Transformed elements are held as a 64th of their Montgomery form: their sum is then a quarter of the first element's, whose
 * cube by two Montgomery products is a 64th again.
 */
const SCALE = 64;

const ROOT = rootOfUnity(LOG_WIDTH);

/**
 * Amount that the sum of transformed elements, each by 1/2 (`multiplyByHalves`), is too small by, and so the
 * first element after the partial rounds.
 */
export const LESS_BEHIND_PARTIAL = WIDTH / 2;

/** The matrix's factor of each transformed element, as the transform leaves them: in bit-reversed order. */
const EIGENVALUES = Array.from({ length: WIDTH }, (_, i) => {
  const base = pow(ROOT, WIDTH - bitReverse(i, LOG_WIDTH));
  return MDS_FIRST_ROW.reduce((sum, entry, t) => add(sum, mul(entry, pow(base, t))), 0);
});

const powersOf = (root: number): number[] => Array.from({ length: TWIDDLES }, (_, j) => pow(root, j));

/** Factors as pairs of words, with their companions. */
const pairs = (factors: readonly number[]): number[] => factors.flatMap((factor) => [factor, companionOf(factor)]);
const scaledEigenvalues = (scale: number): number[] => EIGENVALUES.flatMap((value) => halvesConstant(mul(value, scale)));

/**
 * Constants of partial rounds: those of the first element minus p, factors of the last full matrix, of all
 * others, of the last. The rounds receive elements as `before` times their Montgomery form, and return them
 * as `after` times it.
 */
export function spectrumConstants(before: number, after: number): readonly number[] {
  return [
    ...COMPACT_CONSTANTS.partial.map((x) => add(mul(toMontgomery(x), inv(SCALE / WIDTH)), LESS_BEHIND_PARTIAL) - P),
    ...pairs([inv(WIDTH)]),
    ...scaledEigenvalues(inv(mul(SCALE, before))),
    ...scaledEigenvalues(1),
    ...scaledEigenvalues(mul(SCALE / WIDTH, after)),
    ...pairs(powersOf(ROOT)),
    ...pairs(powersOf(inv(ROOT))),
  ];
}

const PARTIAL_BYTES = 4 * COMPACT_CONSTANTS.partial.length;
const WIDTHS_INVERSE = PARTIAL_BYTES;
const ENTERING = WIDTHS_INVERSE + PAIR_BYTES;
const MIDDLE = ENTERING + SPECTRUM_BYTES;
const LEAVING = MIDDLE + SPECTRUM_BYTES;
const FORWARD = LEAVING + SPECTRUM_BYTES;
const BACKWARD = FORWARD + PAIR_BYTES * TWIDDLES;

/**
 * The matrix of a full round and all partial rounds behind it, in place. `constants` is the address of `spectrumConstants`, which
 * say how elements are scaled.
 */
export function emitPartialRounds(f: FunctionBuilder, lanes: FieldLanes, state: readonly Local[], constants: Local): void {
  const pairAt = (address: Value, offset: number): readonly [Value, Value] => [
    v128.load32Splat(address, offset),
    v128.load32Splat(address, offset + 4),
  ];
  const constantAt = (offset: number): ShoupConstant => {
    const [value, companion] = pairAt(constants, offset);
    return { value, companion };
  };
  const halvesAt = (address: Value, offset: number): HalvesConstant => {
    const [high, low] = pairAt(address, offset);
    return { high, low };
  };
  const signOfLow = f.let(v128.const32(SIGN_OF_LOW));
  const lessP = f.let(v128.const32(SIGN_OF_LOW - P));
  transform(f, lanes, state, (j) => constantAt(FORWARD + PAIR_BYTES * j));
  state.forEach((x, i) =>
    f.set(x, lanes.multiplyByHalves(i32x4.add(x, signOfLow), halvesAt(constants, ENTERING + PAIR_BYTES * i))),
  );

  const cursor = f.let(constants);
  const last = f.let(i32.add(constants, i32.const(PARTIAL_BYTES - 4)));
  f.loop(() => {
    const factors = f.let(i32.add(constants, i32.mul(i32.eq(cursor, last), i32.const(LEAVING - MIDDLE))));
    const sum = sumOf(lanes, state);
    const first = lanes.multiplyByConstant(sum, constantAt(WIDTHS_INVERSE));
    const added = f.let(i32x4.add(lanes.sub(lanes.cube(i32x4.add(sum, v128.load32Splat(cursor))), first), lessP));
    state.forEach((x, i) => {
      f.set(x, lanes.multiplyByHalves(i32x4.add(x, added), halvesAt(factors, MIDDLE + PAIR_BYTES * i)));
    });
    f.increase(cursor, 4);
    f.continueIf(i32.geu(last, cursor));
  });
  transformBack(f, lanes, state, (j) => constantAt(BACKWARD + PAIR_BYTES * j));
}

function sumOf(lanes: FieldLanes, [first, ...others]: readonly Local[]): Local {
  if (first === undefined) throw new RangeError("a sum of nothing");
  let sums = [first, ...others];
  while (sums.length > 1) {
    const half = sums.length / 2;
    sums = sums.slice(0, half).map((x, i) => lanes.add(x, sums[half + i] ?? x));
  }
  return sums[0] ?? first;
}

type Twiddle = (power: number) => ShoupConstant;

/** Natural order in, bit-reversed order out. */
function transform(f: FunctionBuilder, lanes: FieldLanes, state: readonly Local[], twiddle: Twiddle): void {
  for (let half = WIDTH / 2; half >= 1; half /= 2) {
    eachPair(state, half, (a, b, power) => {
      const difference = power === 0 ? lanes.sub(a, b) : lanes.multiplyByConstant(lanes.subLazily(a, b), twiddle(power));
      f.set(a, lanes.add(a, b));
      f.set(b, difference);
    });
  }
}

/** Bit-reversed order in, natural order out; not divided by the number of elements. */
function transformBack(f: FunctionBuilder, lanes: FieldLanes, state: readonly Local[], twiddle: Twiddle): void {
  for (let half = 1; half < WIDTH; half *= 2) {
    eachPair(state, half, (a, b, power) => {
      const turned = power === 0 ? b : lanes.multiplyByConstant(b, twiddle(power));
      const difference = lanes.sub(a, turned);
      f.set(a, lanes.add(a, turned));
      f.set(b, difference);
    });
  }
}

/** The pairs of a layer, each with the power of the root that its second element is turned by. */
function eachPair(state: readonly Local[], half: number, visit: (a: Local, b: Local, power: number) => void): void {
  for (let i = 0; i < WIDTH; i++) {
    const [a, b] = [state[i], state[i + half]];
    if ((i & half) !== 0 || a === undefined || b === undefined) continue;
    visit(a, b, (i % half) * (TWIDDLES / half));
  }
}
