import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import type { Expression } from "../../stark/constraints/expression.ts";
import type { FieldValues } from "../../stark/constraints/fields.ts";
import { KECCAK } from "../buses.ts";
import { element } from "../words/expressions.ts";
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
  STATE_BITS,
} from "../shapes/keccak-state.ts";

/** A round's number is low + 4 · high. */
const LOWS = 4;
const HIGHS = 6;
/** Bits of lane 0 that some round's constant has. */
export const IOTA_BITS = [0, 1, 3, 7, 15, 31, 63] as const;

/**
 * One round a row, the last one first. Columns that the row before reads come first. Bit z of column x is at 64x + z, of lane l
 * at 64l + z.
 */
export const KECCAK_FIELDS = {
  /** 1 for the low and the high digit of the row's round. */
  low: LOWS,
  high: HIGHS,
  /** The state behind the round, and behind the last one, which is the permutation's output. */
  after: KECCAK_LIMBS,
  output: KECCAK_LIMBS,
  /** Whether the round is the first one, or the last. */
  isFirst: 1,
  isLast: 1,
  /** The columns' parities after θ, and what θ adds to each lane of a column. */
  parity: COLUMN_BITS,
  added: COLUMN_BITS,
  /** The state after θ, in bits. */
  theta: STATE_BITS,
  /** Bits of lane 0 after χ that ι may turn over. */
  bits: IOTA_BITS.length,
  /**
   * Number of requests for the permutation; 0 except in the first round, with which its rows are complete.
   */
  uses: 1,
} as const;

export type KeccakCells = FieldValues<typeof KECCAK_FIELDS, number>;
type Columns = FieldValues<typeof KECCAK_FIELDS, Expression>;

/** The table of Keccak-f[1600]: 24 rows a permutation. */
export function keccakAir(): Air {
  const b = new AirBuilder("keccak", 0);
  const columns = b.declare(KECCAK_FIELDS);
  const before = stateBefore(b, columns);
  assertRounds(b, columns);
  assertStates(b, columns, before);
  assertTheta(b, columns);
  assertChiAndIota(b, columns);
  b.receive(KECCAK, columns.uses, { input: before, output: columns.output });
  return b.build();
}

/** The state before the round, in limbs: θ added `added` to it. */
function stateBefore(b: AirBuilder, { theta, added }: Columns): Expression[] {
  return Array.from({ length: KECCAK_LIMBS }, (_, k) => {
    const from = Math.floor(k / LANE_LIMBS);
    return limbOf(b, k, (z) => xor(b, element(theta, LANE_BITS * from + z), element(added, LANE_BITS * (from % 5) + z)));
  });
}

/** From 23 down to 0, and again. */
function assertRounds(b: AirBuilder, { low, high, isFirst, isLast, uses }: Columns): void {
  low.forEach((flag, i) => {
    b.assertEqual(`low ${i}: at first`, "firstRow", flag, b.constant(i === LOWS - 1 ? 1 : 0));
    b.assertEqual(`low ${i}: follows`, "transition", b.next(flag), element(low, modulo(i + 1, LOWS)));
  });
  const borrows = element(low, 0);
  high.forEach((flag, i) => {
    b.assertEqual(`high ${i}: at first`, "firstRow", flag, b.constant(i === HIGHS - 1 ? 1 : 0));
    const above = element(high, modulo(i + 1, HIGHS));
    b.assertEqual(`high ${i}: follows`, "transition", b.next(flag), b.add(flag, b.mul(borrows, b.sub(above, flag))));
  });
  b.assertEqual("is the first round", "everyRow", isFirst, b.mul(element(low, 0), element(high, 0)));
  b.assertEqual("is the last round", "everyRow", isLast, b.mul(element(low, LOWS - 1), element(high, HIGHS - 1)));
  b.assertZero("answers in the first round", "everyRow", b.mul(uses, b.sub(b.constant(1), isFirst)));
}

function assertStates(b: AirBuilder, { after, output, isFirst, isLast }: Columns, before: readonly Expression[]): void {
  const goesOn = b.sub(b.constant(1), isFirst);
  output.forEach((limb, k) => {
    const own = element(after, k);
    b.assertEqual(`output ${k}: is the last state`, "everyRow", own, limb, isLast);
    b.assertEqual(`output ${k}: stays`, "transition", b.next(limb), limb, goesOn);
    b.assertEqual(`state ${k}: is what the round before made`, "transition", b.next(own), element(before, k), goesOn);
  });
}

/**
 * Asserts θ from its result backwards: a column's parity before it is parity ⊕ added, since its five lanes
 * change by `added`, and `added` is the sum of the two neighbouring columns' parities.
 */
function assertTheta(b: AirBuilder, { parity, added, theta }: Columns): void {
  assertBits(b, "parity", parity);
  assertBits(b, "added", added);
  assertBits(b, "theta", theta);
  for (let x = 0; x < 5; x++) {
    for (let z = 0; z < LANE_BITS; z++) {
      const at = (bits: readonly Expression[], column: number, bit: number): Expression =>
        element(bits, LANE_BITS * modulo(column, 5) + modulo(bit, LANE_BITS));
      const beside = [parity, added].flatMap((bits) => [at(bits, x - 1, z), at(bits, x + 1, z - 1)]);
      assertEven(b, `added[${x}, ${z}]: by the neighbouring columns`, b.add(at(added, x, z), ...beside));
      const bits = [0, 1, 2, 3, 4].map((y) => element(theta, LANE_BITS * lane(x, y) + z));
      assertEven(b, `parity[${x}, ${z}]: of theta`, b.sub(b.add(...bits), at(parity, x, z)));
    }
  }
}

/** 0, 2 or 4: a sum of five bits, or of five less one. */
function assertEven(b: AirBuilder, name: string, sum: Expression): void {
  b.assertZero(name, "everyRow", b.mul(sum, b.sub(sum, b.constant(2)), b.sub(sum, b.constant(4))));
}

/** ρ and π move bits only; χ: each bit ⊕ (not the next lane's) · the one's after it; ι turns bits of lane 0 over. */
function assertChiAndIota(b: AirBuilder, { low, high, theta, bits, after }: Columns): void {
  const chi = (to: number, z: number): Expression => {
    const [x, y] = [to % 5, Math.floor(to / 5)];
    const [own, next, second] = [0, 1, 2].map((step) => {
      const from = beforeRhoAndPi(modulo(x + step, 5), y, z);
      return element(theta, LANE_BITS * from.lane + from.z);
    }) as [Expression, Expression, Expression];
    return xor(b, own, b.mul(b.sub(b.constant(1), next), second));
  };
  const turned = IOTA_BITS.map((z, i) => {
    const bit = element(bits, i);
    b.assertEqual(`bits[${i}]`, "everyRow", bit, chi(0, z));
    return b.mul(constantOf(b, { low, high }, z), b.sub(b.constant(1), b.scale(bit, 2)));
  });
  after.forEach((limb, k) => {
    const own = limbOf(b, k, (z) => chi(Math.floor(k / LANE_LIMBS), z));
    const changes = IOTA_BITS.flatMap((z, i) =>
      Math.floor(z / LIMB_BITS) === k ? [b.scale(element(turned, i), 2 ** (z % LIMB_BITS))] : [],
    );
    b.assertEqual(`after ${k}`, "everyRow", limb, b.add(own, ...changes));
  });
}

/** Bit z of the round's constant. */
function constantOf(b: AirBuilder, { low, high }: Pick<Columns, "low" | "high">, z: number): Expression {
  const parts = high.map((flag, j) => {
    const lows = low.filter((_, i) => ROUND_CONSTANTS[LOWS * j + i]?.[z] === 1);
    return lows.length === 0 ? b.constant(0) : b.mul(flag, b.add(...lows));
  });
  return b.add(...parts);
}

function assertBits(b: AirBuilder, name: string, bits: readonly Expression[]): void {
  bits.forEach((bit, i) => {
    b.assertZero(`${name}[${i}] is boolean`, "everyRow", b.mul(bit, b.sub(bit, b.constant(1))));
  });
}

/** Number formed by a limb's bits; `bit` returns a bit of the limb's lane. */
function limbOf(b: AirBuilder, k: number, bit: (z: number) => Expression): Expression {
  const start = LIMB_BITS * (k % LANE_LIMBS);
  return b.add(...Array.from({ length: LIMB_BITS }, (_, i) => b.scale(bit(start + i), 2 ** i)));
}

function xor(b: AirBuilder, p: Expression, q: Expression): Expression {
  return b.sub(b.add(p, q), b.scale(b.mul(p, q), 2));
}
