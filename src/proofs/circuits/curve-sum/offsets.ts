import { addPoints } from "./curve-sum-trace.ts";
import { GENERATOR, INFINITY, modulo, type Point } from "../secp256k1/secp256k1.ts";

/**
 * Number of steps of a multiple; the generator's second scalar counts multiples of the generator doubled this
 * often.
 */
export const STEPS = 128;

/**
 * Points whose discrete logarithms are unknown: x is the first from the SHA-256 of "hyperchain
 * curveMultiple 0", or 1, up that a point has, and y is even. All that a multiple's steps add is more by one of them, the prover
 * says which. So no step adds equal or opposite points unless the offset is made of the generator and the caller's point in a
 * known way; who has such a way for both offsets knows a discrete logarithm.
 */
const POINTS: readonly [Point, Point] = [
  {
    x: 0xe455b2ec_da123fd1_be11ac19_72d2a5d1_3f60fa73_1eff67db_6c9e6975_7a3414ccn,
    y: 0x6c34dc3d_0bb3ee47_18972afb_bef3f404_636d4071_90640dd7_f98e4cba_f6b188a6n,
  },
  {
    x: 0x42179e4f_e308fb38_a8e20324_d71575d0_a98d7567_6ccf691d_49ea8625_0ab0ee09n,
    y: 0x8bae6954_5ec80f95_59fc438f_44900b67_94922fb9_2d94326b_47795431_87f4cbe2n,
  },
];

/** An offset as steps use it. */
export interface Offset {
  /** The offset, and it with a generator, with the second generator, with both. */
  readonly added: readonly [Point, Point, Point, Point];
  /**
   * Point that the first step doubles, without the upper bits of the caller's scalars: twice the offset,
   * which is never added.
   */
  readonly start: Point;
  /** Negative of the sum of the start and 128 additions of the offset. */
  readonly end: Point;
}

let known: readonly [Offset, Offset] | undefined;

/** Both offsets. */
export function offsets(): readonly [Offset, Offset] {
  if (known === undefined) {
    const second = doubled(GENERATOR, STEPS);
    const both = addPoints(GENERATOR, second);
    const [first, other] = POINTS.map((offset): Offset => {
      const start = doubled(offset, 1);
      // 2^128 · 2 and 2^128 − 1 offsets are (2 + 1) · 2^128 − 1.
      const sum = addPoints(doubled(addPoints(start, offset), STEPS), opposite(offset));
      const added = [INFINITY, GENERATOR, second, both].map((point) => addPoints(offset, point));
      return { added: added as unknown as Offset["added"], start, end: opposite(sum) };
    });
    if (first === undefined || other === undefined) throw new Error("there are two offsets");
    known = [first, other];
  }
  return known;
}

function doubled(point: Point, times: number): Point {
  let sum = point;
  for (let i = 0; i < times; i++) sum = addPoints(sum, sum);
  return sum;
}

function opposite({ x, y }: Point): Point {
  return { x, y: modulo(-y) };
}
