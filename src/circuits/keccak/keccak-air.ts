import { type Air, AirBuilder } from "../../stark/air.ts";
import type { Expression } from "../../stark/expression.ts";
import type { FieldValues } from "../../stark/fields.ts";
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
  ROUNDS,
  STATE_BITS,
} from "../shapes/keccak-state.ts";

/** One round a row. Columns that the row before reads come first. Bit z of column x is at 64x + z, of lane l at 64l + z. */
export const KECCAK_FIELDS = {
  /** 1 for the row's round. */
  round: ROUNDS,
  /** The permutation's input, and the state before the round. */
  input: KECCAK_LIMBS,
  state: KECCAK_LIMBS,
  /** The columns' parities before θ, and after it. */
  parity: COLUMN_BITS,
  newParity: COLUMN_BITS,
  /** The state after θ, in bits. */
  theta: STATE_BITS,
  /** The state after χ, the bits of its lane 0, and lane 0 after ι. */
  chi: KECCAK_LIMBS,
  bits: LANE_BITS,
  first: LANE_LIMBS,
  /** How often the permutation is asked for; 0 but in the last round. */
  uses: 1,
} as const;

export type KeccakCells = FieldValues<typeof KECCAK_FIELDS, number>;
type Columns = FieldValues<typeof KECCAK_FIELDS, Expression>;

/** The table of Keccak-f[1600]: 24 rows a permutation. */
export function keccakAir(): Air {
  const b = new AirBuilder("keccak", 0);
  const columns = b.declare(KECCAK_FIELDS);
  const output = [...columns.first, ...columns.chi.slice(LANE_LIMBS)];
  assertRounds(b, columns, output);
  assertTheta(b, columns);
  assertChi(b, columns);
  assertIota(b, columns);
  b.receive(KECCAK, columns.uses, { input: columns.input, output });
  return b.build();
}

function assertRounds(b: AirBuilder, { round, input, state, uses }: Columns, output: readonly Expression[]): void {
  const isLast = element(round, ROUNDS - 1);
  const goesOn = b.sub(b.constant(1), isLast);
  round.forEach((flag, i) => {
    b.assertEqual(`round ${i}: at first`, "firstRow", flag, b.constant(i === 0 ? 1 : 0));
    b.assertEqual(`round ${i}: follows`, "transition", b.next(flag), element(round, modulo(i - 1, ROUNDS)));
  });
  input.forEach((limb, k) => {
    const own = element(state, k);
    b.assertEqual(`input ${k}: is the first state`, "everyRow", own, limb, element(round, 0));
    b.assertEqual(`input ${k}: stays`, "transition", b.next(limb), limb, goesOn);
    b.assertEqual(`state ${k}: goes on`, "transition", b.next(own), element(output, k), goesOn);
  });
  b.assertZero("answers in the last round", "everyRow", b.mul(uses, goesOn));
}

/** θ, from its result back: the state is theta ⊕ parity ⊕ newParity, and newParity that of theta. */
function assertTheta(b: AirBuilder, { state, parity, newParity, theta }: Columns): void {
  assertBits(b, "parity", parity);
  assertBits(b, "theta", theta);
  for (let x = 0; x < 5; x++) {
    for (let z = 0; z < LANE_BITS; z++) {
      const at = (column: number, bit: number) => element(parity, LANE_BITS * modulo(column, 5) + modulo(bit, LANE_BITS));
      const own = element(newParity, LANE_BITS * x + z);
      const expected = xor(b, xor(b, at(x, z), at(x - 1, z)), at(x + 1, z - 1));
      b.assertEqual(`newParity[${x}, ${z}]`, "everyRow", own, expected);
      const bits = [0, 1, 2, 3, 4].map((y) => element(theta, LANE_BITS * lane(x, y) + z));
      const rest = b.sub(b.add(...bits), own);
      const even = b.mul(rest, b.sub(rest, b.constant(2)), b.sub(rest, b.constant(4)));
      b.assertZero(`parity[${x}, ${z}]: of theta`, "everyRow", even);
    }
  }
  state.forEach((limb, k) => {
    const from = Math.floor(k / LANE_LIMBS);
    const bits = limbOf(b, k, (z) => {
      const column = LANE_BITS * (from % 5) + z;
      return xor(b, xor(b, element(theta, LANE_BITS * from + z), element(parity, column)), element(newParity, column));
    });
    b.assertEqual(`state ${k}: is theta's`, "everyRow", limb, bits);
  });
}

/** ρ and π move bits only; χ: each bit ⊕ (not the next lane's) · the one's after it. */
function assertChi(b: AirBuilder, { theta, chi }: Columns): void {
  chi.forEach((limb, k) => {
    const to = Math.floor(k / LANE_LIMBS);
    const [x, y] = [to % 5, Math.floor(to / 5)];
    const bits = limbOf(b, k, (z) => {
      const [own, next, second] = [0, 1, 2].map((step) => {
        const from = beforeRhoAndPi(modulo(x + step, 5), y, z);
        return element(theta, LANE_BITS * from.lane + from.z);
      }) as [Expression, Expression, Expression];
      return xor(b, own, b.mul(b.sub(b.constant(1), next), second));
    });
    b.assertEqual(`chi ${k}`, "everyRow", limb, bits);
  });
}

function assertIota(b: AirBuilder, { round, chi, bits, first }: Columns): void {
  assertBits(b, "bits", bits);
  first.forEach((limb, k) => {
    b.assertEqual(
      `bits of limb ${k}`,
      "everyRow",
      element(chi, k),
      limbOf(b, k, (z) => element(bits, z)),
    );
    const constant = (z: number) => b.add(...round.map((flag, i) => b.scale(flag, ROUND_CONSTANTS[i]?.[z] ?? 0)));
    b.assertEqual(
      `iota ${k}`,
      "everyRow",
      limb,
      limbOf(b, k, (z) => xor(b, element(bits, z), constant(z))),
    );
  });
}

function assertBits(b: AirBuilder, name: string, bits: readonly Expression[]): void {
  bits.forEach((bit, i) => {
    b.assertZero(`${name}[${i}] is boolean`, "everyRow", b.mul(bit, b.sub(bit, b.constant(1))));
  });
}

/** The number that a limb's bits stand for; `bit` gives those of the limb's lane. */
function limbOf(b: AirBuilder, k: number, bit: (z: number) => Expression): Expression {
  const start = LIMB_BITS * (k % LANE_LIMBS);
  return b.add(...Array.from({ length: LIMB_BITS }, (_, i) => b.scale(bit(start + i), 2 ** i)));
}

function xor(b: AirBuilder, p: Expression, q: Expression): Expression {
  return b.sub(b.add(p, q), b.scale(b.mul(p, q), 2));
}
