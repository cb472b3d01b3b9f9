import { COMPACT_CONSTANTS } from "../../poseidon-rounds.ts";
import { MDS_FIRST_ROW, WIDTH } from "../../reference/poseidon.ts";
import type { FunctionBuilder, Local } from "../assembler/function-builder.ts";
import { i32, i32x4, type Value, v128 } from "../assembler/values.ts";
import { toMontgomery } from "../montgomery.ts";
import type { FieldLanes } from "./field-lanes.ts";

const FULL_ROUND_BYTES = 4 * WIDTH;
const TERMINAL_OFFSET = COMPACT_CONSTANTS.initial.length * FULL_ROUND_BYTES;
const PARTIAL_OFFSET = 2 * TERMINAL_OFFSET;

/** Round constants as the kernel reads them: initial, terminal, partial, one 32-bit Montgomery word each. */
export const POSEIDON_CONSTANTS: Uint32Array = Uint32Array.from(
  [...COMPACT_CONSTANTS.initial.flat(), ...COMPACT_CONSTANTS.terminal.flat(), ...COMPACT_CONSTANTS.partial],
  toMontgomery,
);

/**
 * Poseidon on four states at once, element i of each in `state[i]`, in Montgomery form, in place.
 * `constants` is the address of `POSEIDON_CONSTANTS`.
 */
export type EmitPoseidon = (state: readonly Local[], constants: Value) => void;

/**
 * Hoists the permutation's constants; call once per function, outside its loops. Round loops stay rolled: unrolled code is
 * slower here. Source: https://eprint.iacr.org/2019/458; oracle: `reference/poseidon.ts`.
 */
export function preparePoseidon(f: FunctionBuilder, lanes: FieldLanes): EmitPoseidon {
  const applyMatrix = prepareMatrix(f, lanes);
  return (state, constants) => {
    const [first] = state;
    if (first === undefined || state.length !== WIDTH) throw new RangeError(`Poseidon has ${WIDTH} state elements, not ${state.length}`);
    const cursor = f.let(constants);
    const fullRounds = (): void => {
      const end = f.let(i32.add(cursor, i32.const(TERMINAL_OFFSET)));
      f.loop(() => {
        state.forEach((x, i) => f.set(x, lanes.cube(lanes.add(x, v128.load32Splat(cursor, 4 * i)))));
        applyMatrix(state);
        f.increase(cursor, FULL_ROUND_BYTES);
        f.continueIf(i32.ltu(cursor, end));
      });
    };
    fullRounds();
    const partial = f.let(i32.add(constants, i32.const(PARTIAL_OFFSET)));
    const partialEnd = f.let(i32.add(partial, i32.const(4 * COMPACT_CONSTANTS.partial.length)));
    f.loop(() => {
      f.set(first, lanes.cube(lanes.add(first, v128.load32Splat(partial))));
      applyMatrix(state);
      f.increase(partial, 4);
      f.continueIf(i32.ltu(partial, partialEnd));
    });
    fullRounds();
  };
}

/**
 * The MDS matrix in integers: an element is high·2^16 + low with signed halves of 16 bits, and one instruction multiplies
 * the halves of two elements by two entries and adds. A row's entries add up to 371, so nothing exceeds 2^24.
 */
function prepareMatrix(f: FunctionBuilder, lanes: FieldLanes): (state: readonly Local[]) => void {
  const lowHalf = f.let(v128.const32(0xffff));
  const highHalf = f.let(v128.const32(0xffff0000));
  const rounding = f.let(v128.const32(0x8000));
  const reduce = lanes.prepareHalves();
  /** What multiplies the pair of elements 2j, 2j + 1 for row i, by 2j − i: the matrix is circulant. */
  const factors = MDS_FIRST_ROW.map((entry, i) => f.let(v128.const32(entry + ((MDS_FIRST_ROW[(i + 1) % WIDTH] ?? 0) << 16))));
  const row = (pairs: readonly Local[], i: number): Local =>
    pairs
      .map((pair, j): Value => {
        const factor = factors[(2 * j - i + WIDTH) % WIDTH];
        if (factor === undefined) throw new RangeError("the matrix is too small");
        return i32x4.dot16(pair, factor);
      })
      .reduce<Local | undefined>((sum, product) => f.let(sum === undefined ? product : i32x4.add(sum, product)), undefined) ?? lowHalf;
  return (state) => {
    const [low, high]: [Local[], Local[]] = [[], []];
    for (let i = 0; i < WIDTH; i += 2) {
      const [a, b] = state.slice(i, i + 2);
      if (a === undefined || b === undefined) throw new RangeError("the state is too short");
      low.push(f.let(v128.or(v128.and(a, lowHalf), i32x4.shl(b, 16))));
      high.push(f.let(v128.or(i32x4.shru(i32x4.add(a, rounding), 16), v128.and(i32x4.add(b, rounding), highHalf))));
    }
    state.forEach((x, i) => f.set(x, reduce(row(high, i), row(low, i))));
  };
}
