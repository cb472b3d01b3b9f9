import { inv, mul, P, pow } from "../../../field/koala-bear.ts";
import { R_SQUARED, toMontgomery } from "../../montgomery.ts";
import { COMPACT_CONSTANTS } from "../../poseidon-rounds.ts";
import { WIDTH } from "../../poseidon.ts";
import { type FunctionBuilder, i32Function, type Local } from "../assembler/function-builder.ts";
import { i32, i32x4, v128 } from "../assembler/values.ts";
import { FieldLanes } from "./field-lanes.ts";
import { elementOf, MATRIX_SCALE, prepareMatrix } from "./poseidon-matrix.ts";

/** Full rounds, at the beginning and at the end, after which the state is written: all but the last one. */
const TOLD_ROUNDS = COMPACT_CONSTANTS.initial.length - 1;
const PARTIAL_ROUNDS = COMPACT_CONSTANTS.partial.length;

/** Columns that a permutation's row takes: its state, what `permuteByRounds` tells, and the state behind it. */
export const TRACE_COLUMNS = {
  before: WIDTH,
  interior: 2 * TOLD_ROUNDS * WIDTH + PARTIAL_ROUNDS + WIDTH,
  after: WIDTH,
} as const;

const FULL_ROUND_BYTES = 4 * WIDTH;
const TOLD_ROUND_BYTES = FULL_ROUND_BYTES + 4;
const PARTIAL_ROUND_BYTES = 12;

/**
 * Constants of the kernel, round by round. The matrix leaves all elements multiplied by a scale, so constants
 * are scaled like the state, and a written state is divided by that scale. For a full round: its constants in
 * Montgomery form, minus p; then the scale's inverse if its state is written. For a partial round: its
 * constant, the scale's inverse, and the factor that returns the cube to the scale of the other elements.
 */
export const TRACE_CONSTANTS: Uint32Array = (() => {
  const words: number[] = [];
  let scale = 1;
  const full = (constants: readonly number[], isTold: boolean): void => {
    words.push(...constants.map((x) => mul(toMontgomery(x), scale) - P));
    scale = mul(pow(scale, 3), MATRIX_SCALE);
    if (isTold) words.push(inv(scale));
  };
  COMPACT_CONSTANTS.initial.forEach((constants, i) => full(constants, i < TOLD_ROUNDS));
  for (const constant of COMPACT_CONSTANTS.partial) {
    words.push(mul(toMontgomery(constant), scale), inv(scale), toMontgomery(inv(pow(scale, 2))));
    scale = mul(scale, MATRIX_SCALE);
  }
  words.push(inv(scale));
  for (const constants of COMPACT_CONSTANTS.terminal) full(constants, true);
  return Uint32Array.from(words);
})();

/**
 * tracePermutations(groups, columns, stride, constants): Poseidon on the rows of columns that are `stride` bytes apart, four rows
 * at a time: `TRACE_COLUMNS` of them, of which those of the state before are read and all others written. Canonical in and out.
 * `constants` is the address of `TRACE_CONSTANTS`. Oracle: `permuteByRounds`.
 */
export function tracePermutations(): FunctionBuilder {
  const { f, p } = i32Function("tracePermutations", ["groups", "columns", "stride", "constants"]);
  const lanes = new FieldLanes(f);
  const applyInPlace = prepareMatrix(f, lanes);
  const rSquared = f.let(v128.const32(R_SQUARED));
  f.repeat(p.groups, () => {
    const at = f.let(p.columns);
    const cursor = f.let(p.constants);
    const state = Array.from({ length: WIDTH }, () => {
      const x = f.let(lanes.montgomery(v128.load(at), rSquared));
      f.increase(at, p.stride);
      return x;
    });
    const [first] = state;
    if (first === undefined) throw new Error("the state is empty");
    const tell = (x: Local, inverse: Local): void => {
      f.store(at, lanes.montgomery(x, inverse));
      f.increase(at, p.stride);
    };
    const tellState = (): void => {
      const inverse = f.let(v128.load32Splat(cursor));
      f.increase(cursor, 4);
      for (const x of state) tell(x, inverse);
    };
    const applyMatrix = (): void => {
      applyInPlace(state, (i) => elementOf(state, i));
      for (const x of state) f.set(x, lanes.canonical(x));
    };
    const fullRound = (): void => {
      state.forEach((x, i) => f.set(x, lanes.cube(i32x4.add(x, v128.load32Splat(cursor, 4 * i)))));
      f.increase(cursor, FULL_ROUND_BYTES);
      applyMatrix();
    };
    const roundsFor = (bytes: number, round: () => void): void => {
      const last = f.let(i32.add(cursor, i32.const(bytes)));
      f.loop(() => {
        round();
        f.continueIf(i32.ltu(cursor, last));
      });
    };
    const toldRounds = (count: number): void =>
      roundsFor(count * TOLD_ROUND_BYTES, () => {
        fullRound();
        tellState();
      });
    toldRounds(TOLD_ROUNDS);
    fullRound();
    roundsFor(PARTIAL_ROUNDS * PARTIAL_ROUND_BYTES, () => {
      const input = lanes.add(first, v128.load32Splat(cursor));
      tell(input, f.let(v128.load32Splat(cursor, 4)));
      f.set(first, lanes.montgomery(lanes.cube(input), v128.load32Splat(cursor, 8)));
      f.increase(cursor, PARTIAL_ROUND_BYTES);
      applyMatrix();
    });
    tellState();
    toldRounds(COMPACT_CONSTANTS.terminal.length);
    f.increase(p.columns, 16);
  });
  return f;
}
