import { add, inv, mul, P, pow } from "../../../field/koala-bear.ts";
import { COMPACT_CONSTANTS } from "../../poseidon-rounds.ts";
import { WIDTH } from "../../poseidon.ts";
import type { FunctionBuilder, Local } from "../assembler/function-builder.ts";
import { i32, i32x4, type Value, v128 } from "../assembler/values.ts";
import { toMontgomery } from "../../montgomery.ts";
import { BEYOND, type FieldLanes, MAX_CUBED } from "./field-lanes.ts";
import { elementOf, MATRIX_SCALE, MAX_MATRIX_RESULT, prepareMatrix } from "./poseidon-matrix.ts";
import { emitPartialRounds, LESS_BEHIND_PARTIAL, spectrumConstants } from "./poseidon-spectrum.ts";

const FULL_ROUND_BYTES = 4 * WIDTH;
const TERMINAL_OFFSET = COMPACT_CONSTANTS.initial.length * FULL_ROUND_BYTES;
const PARTIAL_OFFSET = 2 * TERMINAL_OFFSET;

/** 1/3 modulo p − 1. */
const CUBE_ROOT = (2 * (P - 1) + 1) / 3;

/** Scale of the state before each full round; it is 1 before the first and after the last one. */
const SCALES = (() => {
  const rounds = COMPACT_CONSTANTS.initial.length;
  const initial = [1];
  for (let round = 1; round < rounds; round++) initial.push(mul(pow(initial.at(-1) ?? 1, 3), MATRIX_SCALE));
  const terminal = [1];
  for (let round = 0; round < rounds; round++) terminal.unshift(pow(mul(terminal[0] ?? 1, inv(MATRIX_SCALE)), CUBE_ROOT));
  return { initial, terminal };
})();

/**
 * Sums of an element and the constants before four full rounds cube it: constants in Montgomery form, scaled
 * like the state.
 */
function addedIn(rounds: readonly (readonly number[])[], scales: readonly number[], less: number): number[] {
  return rounds.flatMap((constants, round) =>
    constants.map((constant, i) => {
      const isFirst = round === 0;
      const x = add(mul(toMontgomery(constant), scales[round] ?? 1), isFirst && i === 0 ? less : 0);
      // In the first round elements are canonical, in the others what the matrix gives.
      return isFirst || x + MAX_MATRIX_RESULT > MAX_CUBED ? x - P : x;
    }),
  );
}

/** Constants of the kernel: round constants of initial and terminal rounds, then those of partial rounds. */
export const POSEIDON_CONSTANTS: Uint32Array = Uint32Array.from([
  ...addedIn(COMPACT_CONSTANTS.initial, SCALES.initial, 0),
  ...addedIn(COMPACT_CONSTANTS.terminal, SCALES.terminal, LESS_BEHIND_PARTIAL),
  ...spectrumConstants(pow(SCALES.initial.at(-1) ?? 1, 3), SCALES.terminal[0] ?? 1),
]);

/**
 * Poseidon on four states at once, element i of each in `state[i]`, in Montgomery form, in place.
 * `constants` is the address of `POSEIDON_CONSTANTS`.
 */
type EmitPoseidon = (state: readonly Local[], constants: Value) => void;

/**
 * Hoists the permutation's constants; call once per function, outside its loops. Round loops stay rolled: unrolled code is
 * slower here. Source: https://eprint.iacr.org/2019/458; oracle: `reference/poseidon.ts`.
 */
export function preparePoseidon(f: FunctionBuilder, lanes: FieldLanes): EmitPoseidon {
  const applyMatrix = prepareMatrix(f, lanes, BEYOND);
  return (state, constants) => {
    if (state.length !== WIDTH) throw new RangeError(`Poseidon has ${WIDTH} state elements, not ${state.length}`);
    const cursor = f.let(constants);
    const withConstant = (i: number): Value => i32x4.add(elementOf(state, i), v128.load32Splat(cursor, 4 * i));
    const roundsUpTo = (end: number): void => {
      const last = f.let(i32.add(constants, i32.const(end)));
      f.loop(() => {
        applyMatrix(state, (i) => lanes.cubeBeyond(withConstant(i)));
        f.increase(cursor, FULL_ROUND_BYTES);
        f.continueIf(i32.ltu(cursor, last));
      });
    };
    roundsUpTo(TERMINAL_OFFSET - FULL_ROUND_BYTES);
    state.forEach((x, i) => f.set(x, lanes.cube(withConstant(i))));
    f.increase(cursor, FULL_ROUND_BYTES);
    emitPartialRounds(f, lanes, state, f.let(i32.add(constants, i32.const(PARTIAL_OFFSET))));
    roundsUpTo(PARTIAL_OFFSET);
    for (const x of state) f.set(x, lanes.canonical(x));
  };
}
