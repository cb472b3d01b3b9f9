import { IOTA_BITS, KECCAK_FIELDS, type KeccakCells } from "../../../../src/proofs/circuits/keccak/keccak-air.ts";
import type { KeccakRequest } from "../../../../src/proofs/circuits/keccak/keccak-trace.ts";
import {
  beforeRhoAndPi,
  COLUMN_BITS,
  KECCAK_LIMBS,
  LANE_BITS,
  LANE_LIMBS,
  lane,
  LIMB_BITS,
  modulo,
  ROUND_CONSTANTS,
  ROUNDS,
  STATE_BITS,
} from "../../../../src/proofs/circuits/shapes/keccak-state.ts";

/*
 * The rows as objects, step by step as FIPS 202 has them and without regard to time: what the columns are compared with, and what
 * forgeries begin with.
 */

type Numbers = readonly number[];
/** Cells of a row that depend on the round's number. */
export type Digits = Pick<KeccakCells, "low" | "high">;
/** Cells that state θ. */
export type ThetaCells = Pick<KeccakCells, "parity" | "added" | "theta">;

const { low: LOWS, high: HIGHS } = KECCAK_FIELDS;
const oneOf = (count: number, place: number): number[] => Array.from({ length: count }, (_, i) => (i === place ? 1 : 0));
const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

export function digitsOf(round: number): Digits {
  return { low: oneOf(LOWS, round % LOWS), high: oneOf(HIGHS, Math.floor(round / LOWS)) };
}

/** The rows of a permutation, of its last round first. */
export function keccakRows({ input, uses }: KeccakRequest): KeccakCells[] {
  const rows: KeccakCells[] = [];
  let state: Numbers = input;
  for (let round = 0; round < ROUNDS; round++) {
    const row = keccakRow(round, state, state, round === 0 ? uses : 0);
    rows.push(row);
    state = row.after;
  }
  return rows.map((row) => ({ ...row, output: state as number[] })).reverse();
}

/** The row of one round, from the state before it. */
export function keccakRow(round: number, state: Numbers, output: Numbers, uses: number): KeccakCells {
  return rowOf(digitsOf(round), thetaOf(state), output, uses);
}

/** θ of a state. */
export function thetaOf(state: Numbers): ThetaCells {
  const before = range(COLUMN_BITS).map((i) => range(5).reduce((sum, y) => sum ^ bitOf(state, lane(0, y) * LANE_BITS + i), 0));
  return { ...parityOf(before), theta: range(STATE_BITS).map((i) => bitOf(state, i) ^ addedBy(before, i % COLUMN_BITS)) };
}

/** Parities of the columns before θ, and the values that they add. */
export function parityOf(before: Numbers): Pick<KeccakCells, "parity" | "added"> {
  const added = range(COLUMN_BITS).map((i) => addedBy(before, i));
  return { parity: before.map((bit, i) => bit ^ (added[i] ?? 0)), added };
}

/** A row of what θ gives, which need not be bits. */
export function rowOf(digits: Digits, theta: ThetaCells, output: Numbers, uses: number): KeccakCells {
  const { low, high } = digits;
  const chi = (to: number, z: number): number => {
    const [own, next, second] = [0, 1, 2].map((step) => {
      const from = beforeRhoAndPi(modulo((to % 5) + step, 5), Math.floor(to / 5), z);
      return theta.theta[LANE_BITS * from.lane + from.z] ?? 0;
    }) as [number, number, number];
    return xor(own, (1 - next) * second);
  };
  const bits = IOTA_BITS.map((z) => chi(0, z));
  const limbs = range(KECCAK_LIMBS).map((k) =>
    range(LIMB_BITS).reduce((sum, i) => sum + chi(Math.floor(k / LANE_LIMBS), LIMB_BITS * (k % LANE_LIMBS) + i) * 2 ** i, 0),
  );
  const flags = { isFirst: low[0]! * high[0]!, isLast: low[LOWS - 1]! * high[HIGHS - 1]! };
  return { ...digits, after: turned(limbs, bits, digits), output: [...output], ...flags, ...theta, bits, uses };
}

/** The state behind χ with the round's constant in it, by the bits that lane 0 has there. */
export function turned(limbs: Numbers, bits: Numbers, { low, high }: Digits): number[] {
  const after = [...limbs];
  IOTA_BITS.forEach((z, i) => {
    const constant = high.reduce(
      (sum, h, j) => sum + h * low.reduce((part, l, r) => part + l * ROUND_CONSTANTS[LOWS * j + r]![z]!, 0),
      0,
    );
    after[Math.floor(z / LIMB_BITS)]! += constant * (1 - 2 * bits[i]!) * 2 ** (z % LIMB_BITS);
  });
  return after;
}

function bitOf(limbs: Numbers, i: number): number {
  return ((limbs[Math.floor(i / LIMB_BITS)] ?? 0) >> (i % LIMB_BITS)) & 1;
}

/** Value that θ adds to a column's lanes: the parities of its two neighbors. */
function addedBy(before: Numbers, i: number): number {
  const [x, z] = [Math.floor(i / LANE_BITS), i % LANE_BITS];
  const at = (column: number, bit: number): number => before[LANE_BITS * modulo(column, 5) + modulo(bit, LANE_BITS)] ?? 0;
  return at(x - 1, z) ^ at(x + 1, z - 1);
}

function xor(p: number, q: number): number {
  return p + q - 2 * p * q;
}
