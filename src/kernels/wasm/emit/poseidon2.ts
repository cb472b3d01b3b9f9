import { ROUND_CONSTANTS, WIDTH } from "../../reference/poseidon2.ts";
import type { FunctionBuilder, Local } from "../assembler/function-builder.ts";
import { i32, type Value, v128 } from "../assembler/values.ts";
import { toMontgomery } from "../montgomery.ts";
import type { FieldLanes } from "./field-lanes.ts";

const FULL_ROUND_BYTES = 4 * WIDTH;
const HALF_FULL_ROUNDS = ROUND_CONSTANTS.initial.length;
const TERMINAL_OFFSET = HALF_FULL_ROUNDS * FULL_ROUND_BYTES;
const INTERNAL_OFFSET = 2 * TERMINAL_OFFSET;

/** Round constants as `emitPoseidon2` reads them: initial, terminal, internal, one 32-bit Montgomery word each. */
export const POSEIDON2_CONSTANTS: Uint32Array = Uint32Array.from(
  [...ROUND_CONSTANTS.initial.flat(), ...ROUND_CONSTANTS.terminal.flat(), ...ROUND_CONSTANTS.internal],
  toMontgomery,
);

/** Powers of two that the internal diagonal divides by. */
const DIVISIONS = [1, 3, 4, 8, 24];

/** Hoists the constants of the internal layer; call once per function, outside its loops. */
export function preparePoseidon2(lanes: FieldLanes): void {
  for (const log of DIVISIONS) lanes.prepareDivision(log);
}

/**
 * Poseidon2 on four states at once, element i of each in `state[i]`, in Montgomery form, in place.
 * `constants` is the address of `POSEIDON2_CONSTANTS`. Round loops stay rolled: unrolled code is slower here.
 * Source: https://eprint.iacr.org/2023/323; oracle: `reference/poseidon2.ts`.
 */
export function emitPoseidon2(f: FunctionBuilder, lanes: FieldLanes, state: readonly Local[], constants: Value): void {
  const s = (i: number): Local => {
    const local = state[i];
    if (local === undefined) throw new RangeError(`Poseidon2 has ${WIDTH} state elements, not ${i + 1}`);
    return local;
  };
  const cursor = f.let(constants);
  const fullRounds = (): void => {
    const end = f.let(i32.add(cursor, i32.const(TERMINAL_OFFSET)));
    f.loop(() => {
      for (let i = 0; i < WIDTH; i++) f.set(s(i), lanes.cube(lanes.add(s(i), v128.load32Splat(cursor, 4 * i))));
      externalLayer(f, lanes, s);
      f.increase(cursor, FULL_ROUND_BYTES);
      f.continueIf(i32.ltu(cursor, end));
    });
  };
  externalLayer(f, lanes, s);
  fullRounds();
  const internal = f.let(i32.add(constants, i32.const(INTERNAL_OFFSET)));
  const internalEnd = f.let(i32.add(internal, i32.const(4 * ROUND_CONSTANTS.internal.length)));
  f.loop(() => {
    f.set(s(0), lanes.cube(lanes.add(s(0), v128.load32Splat(internal))));
    internalLayer(f, lanes, s);
    f.increase(internal, 4);
    f.continueIf(i32.ltu(internal, internalEnd));
  });
  fullRounds();
}

/** circ(2M, M, M, M) with M = [2 3 1 1; 1 2 3 1; 1 1 2 3; 3 1 1 2]. */
function externalLayer(f: FunctionBuilder, lanes: FieldLanes, s: (i: number) => Local): void {
  for (let start = 0; start < WIDTH; start += 4) {
    const [a, b, c, d] = [s(start), s(start + 1), s(start + 2), s(start + 3)] as const;
    const ab = lanes.add(a, b);
    const cd = lanes.add(c, d);
    const sum = lanes.add(ab, cd);
    const sumB = lanes.add(sum, b);
    const sumD = lanes.add(sum, d);
    const out3 = lanes.add(sumD, lanes.double(a));
    const out1 = lanes.add(sumB, lanes.double(c));
    f.set(a, lanes.add(sumB, ab));
    f.set(b, out1);
    f.set(c, lanes.add(sumD, cd));
    f.set(d, out3);
  }
  for (let column = 0; column < 4; column++) {
    const rows = [s(column), s(4 + column), s(8 + column), s(12 + column)] as const;
    const sum = lanes.add(lanes.add(rows[0], rows[1]), lanes.add(rows[2], rows[3]));
    for (const row of rows) f.set(row, lanes.add(row, sum));
  }
}

/** (all ones) + diag(V), V as in `INTERNAL_DIAGONAL` of the reference, by additions and divisions by powers of two. */
function internalLayer(f: FunctionBuilder, lanes: FieldLanes, s: (i: number) => Local): void {
  let terms: Local[] = Array.from({ length: WIDTH - 1 }, (_, i) => s(i + 1));
  while (terms.length > 1) {
    terms = terms.flatMap((term, i) => {
      const partner = terms[i + 1];
      if (i % 2 === 1) return [];
      return [partner === undefined ? term : lanes.add(term, partner)];
    });
  }
  const rest = terms[0];
  if (rest === undefined) throw new Error("the state has no element besides the first");
  const sum = lanes.add(rest, s(0));
  f.set(s(0), lanes.sub(rest, s(0)));
  const triple = (x: Local): Local => lanes.add(lanes.double(x), x);
  const quadruple = (x: Local): Local => lanes.double(lanes.double(x));
  const divide = (log: number) => (x: Local): Local => lanes.divideByPowerOfTwo(x, log);
  const plus: readonly [number, (x: Local) => Local][] = [
    [1, (x) => x],
    [2, (x) => lanes.double(x)],
    [3, divide(1)],
    [4, triple],
    [5, quadruple],
    [9, divide(8)],
    [10, divide(3)],
    [11, divide(24)],
  ];
  const minus: readonly [number, (x: Local) => Local][] = [
    [6, divide(1)],
    [7, triple],
    [8, quadruple],
    [12, divide(8)],
    [13, divide(3)],
    [14, divide(4)],
    [15, divide(24)],
  ];
  for (const [i, factor] of plus) f.set(s(i), lanes.add(sum, factor(s(i))));
  for (const [i, factor] of minus) f.set(s(i), lanes.sub(sum, factor(s(i))));
}
