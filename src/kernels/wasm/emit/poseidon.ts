import { inv, mul, P, pow } from "../../../field/koala-bear.ts";
import { COMPACT_CONSTANTS } from "../../poseidon-rounds.ts";
import { MDS_FIRST_ROW, WIDTH } from "../../poseidon.ts";
import type { FunctionBuilder, Local } from "../assembler/function-builder.ts";
import { i32, i32x4, type Value, v128 } from "../assembler/values.ts";
import { toMontgomery } from "../../montgomery.ts";
import type { FieldLanes } from "./field-lanes.ts";
import { emitPartialRounds, spectrumConstants } from "./poseidon-spectrum.ts";

const HALF_WIDTH = WIDTH / 2;
const FULL_ROUND_BYTES = 4 * WIDTH;
const TERMINAL_OFFSET = COMPACT_CONSTANTS.initial.length * FULL_ROUND_BYTES;
const PARTIAL_OFFSET = 2 * TERMINAL_OFFSET;

/** What a full round's matrix multiplies elements with besides: it is twice the matrix, by 2^−16. */
export const MATRIX_SCALE = inv(2 ** 15);
/** 1/3 modulo p − 1. */
const CUBE_ROOT = (2 * (P - 1) + 1) / 3;

/** How the state is scaled before each full round; the first one finds it as it is, and the last one leaves it so. */
const SCALES = (() => {
  const rounds = COMPACT_CONSTANTS.initial.length;
  const initial = [1];
  for (let round = 1; round < rounds; round++) initial.push(mul(pow(initial.at(-1) ?? 1, 3), MATRIX_SCALE));
  const terminal = [1];
  for (let round = 0; round < rounds; round++) terminal.unshift(pow(mul(terminal[0] ?? 1, inv(MATRIX_SCALE)), CUBE_ROOT));
  return { initial, terminal };
})();

/** Round constants in Montgomery form, less p, scaled as the state is. */
const scaled = (constants: readonly (readonly number[])[], scales: readonly number[]): number[] =>
  constants.flatMap((round, i) => round.map((x) => mul(toMontgomery(x), scales[i] ?? 1) - P));

/** What the kernel reads: round constants of initial and terminal rounds, then what partial rounds take. */
export const POSEIDON_CONSTANTS: Uint32Array = Uint32Array.from([
  ...scaled(COMPACT_CONSTANTS.initial, SCALES.initial),
  ...scaled(COMPACT_CONSTANTS.terminal, SCALES.terminal),
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
  const applyMatrix = prepareMatrix(f, lanes);
  return (state, constants) => {
    const [first] = state;
    if (first === undefined || state.length !== WIDTH)
      throw new RangeError(`Poseidon has ${WIDTH} state elements, not ${state.length}`);
    const cursor = f.let(constants);
    const substitute = (): void => {
      state.forEach((x, i) => f.set(x, lanes.cube(i32x4.add(x, v128.load32Splat(cursor, 4 * i)))));
      f.increase(cursor, FULL_ROUND_BYTES);
    };
    const roundsUpTo = (end: number): void => {
      const last = f.let(i32.add(constants, i32.const(end)));
      f.loop(() => {
        substitute();
        applyMatrix(state);
        f.continueIf(i32.ltu(cursor, last));
      });
    };
    roundsUpTo(TERMINAL_OFFSET - FULL_ROUND_BYTES);
    substitute();
    emitPartialRounds(f, lanes, state, f.let(i32.add(constants, i32.const(PARTIAL_OFFSET))));
    roundsUpTo(PARTIAL_OFFSET);
  };
}

/**
 * The MDS matrix in integers, with a quarter fewer products. It is circulant, so with x = (a, b) in halves of eight elements its
 * result is (u + v, u − v) / 2, where u is another circulant of a + b, and v one of a − b whose entries change their sign
 * where they wrap round: the Chinese remainder theorem for X^16 − 1 = (X^8 − 1)(X^8 + 1).
 *
 * An element is high·2^16 + low with signed halves of 16 bits, and one instruction multiplies the halves of two elements by two
 * entries and adds. So that its halves fit too, a + b is taken less p, and u gets p back once for each entry that it is
 * multiplied by: u ± v is then twice a row's sum in integers, even, and not negative. The entries of a row add up to 371, so
 * nothing exceeds 2^25.
 */
export function prepareMatrix(f: FunctionBuilder, lanes: FieldLanes): (state: readonly Local[]) => void {
  const split = prepareSplit(f);
  const reduce = lanes.prepareShiftedHalves();
  const factor = (entry: RowEntry, offset: number): Local =>
    f.let(v128.const32((((entry(offset + 1) & 0xffff) << 16) | (entry(offset) & 0xffff)) >>> 0));
  const sums = Array.from({ length: HALF_WIDTH }, (_, offset) => factor(sumEntry, offset));
  /** By the place right of the diagonal, from −7. */
  const differences = Array.from({ length: 2 * HALF_WIDTH - 2 }, (_, i) => factor(differenceEntry, i + 1 - HALF_WIDTH));
  const total = MDS_FIRST_ROW.reduce((sum, entry) => sum + entry, 0);
  const [addedHigh, addedLow] = [f.let(v128.const32(total * (P >>> 16))), f.let(v128.const32(total * (P & 0xffff)))];
  const sumsAt = (offset: number): Local | undefined => sums[(offset + HALF_WIDTH) % HALF_WIDTH];
  const differencesAt = (offset: number): Local | undefined => differences[offset + HALF_WIDTH - 1];
  const zero = f.let(v128.const32(0));
  const row = (pairs: readonly Local[], i: number, factorAt: typeof sumsAt, first: Local): Local =>
    pairs.reduce((sum, pair, j) => {
      const held = factorAt(2 * j - i);
      if (held === undefined) throw new RangeError("the matrix is too small");
      const product = i32x4.dot16(pair, held);
      return f.let(sum === zero ? product : i32x4.add(sum, product));
    }, first);
  return (state) => {
    const [a, b] = [state.slice(0, HALF_WIDTH), state.slice(HALF_WIDTH)];
    const u = split(a.map((x, i) => f.let(lanes.addLessP(x, b[i] ?? x))));
    const v = split(a.map((x, i) => f.let(i32x4.sub(x, b[i] ?? x))));
    a.forEach((x, i) => {
      const [uHigh, uLow] = [row(u.high, i, sumsAt, addedHigh), row(u.low, i, sumsAt, addedLow)];
      const [vHigh, vLow] = [row(v.high, i, differencesAt, zero), row(v.low, i, differencesAt, zero)];
      f.set(x, reduce(f.let(i32x4.add(uHigh, vHigh)), f.let(i32x4.add(uLow, vLow))));
      f.set(b[i] ?? x, reduce(f.let(i32x4.sub(uHigh, vHigh)), f.let(i32x4.sub(uLow, vLow))));
    });
  };
}

/** What u or v is multiplied by, by the place right of the diagonal, from −7; beyond 7 it begins again. */
type RowEntry = (offset: number) => number;

const sumEntry: RowEntry = (offset) => {
  const at = (offset + HALF_WIDTH) % HALF_WIDTH;
  return (MDS_FIRST_ROW[at] ?? 0) + (MDS_FIRST_ROW[at + HALF_WIDTH] ?? 0);
};

const differenceEntry: RowEntry = (offset) => {
  const at = (offset + HALF_WIDTH) % HALF_WIDTH;
  const entry = (MDS_FIRST_ROW[at] ?? 0) - (MDS_FIRST_ROW[at + HALF_WIDTH] ?? 0);
  return offset < 0 ? -entry : entry;
};

/** Numbers −p < x < p in signed halves, two neighbours to a word. */
function prepareSplit(f: FunctionBuilder): (numbers: readonly Local[]) => { readonly high: Local[]; readonly low: Local[] } {
  const lowHalf = f.let(v128.const32(0xffff));
  const highHalf = f.let(v128.const32(0xffff0000));
  const rounding = f.let(v128.const32(0x8000));
  return (numbers) => {
    const [high, low]: [Local[], Local[]] = [[], []];
    for (let i = 0; i < numbers.length; i += 2) {
      const [a, b] = numbers.slice(i, i + 2);
      if (a === undefined || b === undefined) throw new RangeError("neighbours come in pairs");
      low.push(f.let(v128.or(v128.and(a, lowHalf), i32x4.shl(b, 16))));
      high.push(f.let(v128.or(i32x4.shru(i32x4.add(a, rounding), 16), v128.and(i32x4.add(b, rounding), highHalf))));
    }
    return { high, low };
  };
}
