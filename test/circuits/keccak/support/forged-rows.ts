import { IOTA_BITS, KECCAK_FIELDS, type KeccakCells } from "../../../../src/proofs/circuits/keccak/keccak-air.ts";
import {
  COLUMN_BITS,
  KECCAK_LIMBS,
  LANE_BITS,
  lane,
  modulo,
  ROUNDS,
  STATE_BITS,
} from "../../../../src/proofs/circuits/shapes/keccak-state.ts";
import { fieldElements } from "../../../../src/proofs/stark/constraints/fields.ts";
import type { Random } from "../../../chain/state/support/random.ts";
import { canonical } from "../../arithmetic/support/judge.ts";
import { type Digits, digitsOf, keccakRow, parityOf, rowOf, type ThetaCells, thetaOf, turned } from "./object-rows.ts";

/** Rows of the table and the one constraint that refuses them. Elements may be negative. */
export interface Forgery {
  readonly refusedBy: string;
  readonly rows: readonly KeccakCells[];
}

const { low: LOWS, high: HIGHS } = KECCAK_FIELDS;
const ZERO = new Array<number>(KECCAK_LIMBS).fill(0);
/** A round that is neither the first nor the last. */
const ROUND = 5;

export function randomState(random: Random): number[] {
  return ZERO.map(() => random.below(2 ** 16));
}

/** The columns of some rows. */
export function toColumns(rows: readonly KeccakCells[]): Uint32Array[] {
  const lists = rows.map((row) => fieldElements("keccak", KECCAK_FIELDS, row));
  return lists[0]!.map((_, c) => Uint32Array.from(lists, (list) => canonical(list[c]!)));
}

const flipped = (bits: readonly number[], ...places: readonly number[]): number[] =>
  bits.map((bit, i) => (places.includes(i) ? 1 - bit : bit));
const replaced = (list: readonly number[], changes: Readonly<Record<number, number>>): number[] =>
  list.map((value, i) => changes[i] ?? value);
const changed = (list: readonly number[], k: number): number[] => replaced(list, { [k]: list[k]! ^ 1 });
const row = (theta: ThetaCells, digits: Digits = digitsOf(ROUND)): KeccakCells => rowOf(digits, theta, ZERO, 0);
/** A bit of lane 3 or 4 of a column. */
const inColumn = (i: number, y = 3): number => LANE_BITS * lane(Math.floor(i / LANE_BITS), y) + (i % LANE_BITS);

/** Rows of one round that give another state than the round does. */
export function* roundForgeries(random: Random): Generator<Forgery> {
  for (let i = 0; i < COLUMN_BITS; i++) {
    const [x, z] = [Math.floor(i / LANE_BITS), i % LANE_BITS];
    const { parity, added, theta } = thetaOf(randomState(random));
    // The column has another parity before θ, as three have behind it: two of these follow.
    const before = parity.map((bit, at) => bit ^ added[at]!);
    const beside = [LANE_BITS * modulo(x + 1, 5) + z, LANE_BITS * modulo(x - 1, 5) + modulo(z + 1, LANE_BITS)];
    const wrong = { ...parityOf(flipped(before, i)), theta: flipped(theta, ...beside.map((at) => inColumn(at))) };
    yield { refusedBy: `parity[${x}, ${z}]: of theta`, rows: [row(wrong)] };
    // The column has the parity before θ that it had, and another behind it.
    const turnedOver = { parity: flipped(parity, i), added: flipped(added, i), theta: flipped(theta, inColumn(i)) };
    yield { refusedBy: `added[${x}, ${z}]: by the neighbouring columns`, rows: [row(turnedOver)] };
  }
  for (let k = 0; k < KECCAK_LIMBS; k++) {
    const honest = keccakRow(1 + random.below(ROUNDS - 2), randomState(random), ZERO, 0);
    yield { refusedBy: `after ${k}`, rows: [{ ...honest, after: changed(honest.after, k) }] };
    const last = keccakRow(ROUNDS - 1, randomState(random), ZERO, 0);
    yield { refusedBy: `output ${k}: is the last state`, rows: [{ ...last, output: changed(last.after, k) }] };
  }
  for (let i = 0; i < IOTA_BITS.length; i++) {
    const honest = keccakRow(1 + random.below(ROUNDS - 2), randomState(random), ZERO, 0);
    const bits = flipped(honest.bits, i);
    // The forgery compensates ι's result for the true bits.
    const limbs = honest.after.map((limb, k) => 2 * limb - turned(honest.after, honest.bits, honest)[k]!);
    yield { refusedBy: `bits[${i}]`, rows: [{ ...honest, bits, after: turned(limbs, bits, honest) }] };
  }
  const honest = keccakRow(ROUND, randomState(random), ZERO, 0);
  yield { refusedBy: "is the first round", rows: [{ ...honest, isFirst: 1 }] };
  yield { refusedBy: "is the last round", rows: [{ ...honest, isLast: 1, output: honest.after }] };
  yield { refusedBy: "answers in the first round", rows: [{ ...honest, uses: 1 }] };
}

/** Cells that may be 2 only if no constraint says that they are bits, in rows of an otherwise empty state. */
export function* bitForgeries(): Generator<Forgery> {
  const empty = thetaOf(ZERO);
  for (let i = 0; i < COLUMN_BITS; i++) {
    const two = { [i]: 2 };
    const theta = flipped(empty.theta, inColumn(i, 3), inColumn(i, 4));
    yield { refusedBy: `parity[${i}] is boolean`, rows: [row({ ...empty, parity: replaced(empty.parity, two), theta })] };
    yield { refusedBy: `added[${i}] is boolean`, rows: [row({ ...empty, added: replaced(empty.added, two) })] };
  }
  for (let i = 0; i < STATE_BITS; i++)
    yield { refusedBy: `theta[${i}] is boolean`, rows: [row({ ...empty, theta: replaced(empty.theta, { [i]: 2 }) })] };
}

/** Rows from a round up to the last one, which comes first, of which that round's may have other digits. */
function rowsFrom(round: number, state: readonly number[], digits: Digits): KeccakCells[] {
  const rows = [rowOf(digits, thetaOf(state), ZERO, 0)];
  for (let next = round + 1; next < ROUNDS; next++) rows.push(keccakRow(next, rows.at(-1)!.after, ZERO, 0));
  const output = rows.at(-1)!.after;
  return rows.map((each) => ({ ...each, output })).reverse();
}

/** Rows that do not follow from each other, or do not begin as they should. */
export function* orderForgeries(random: Random): Generator<Forgery> {
  const last = digitsOf(ROUNDS - 1);
  const begins = (digits: Digits): KeccakCells[] => {
    const first = rowOf(digits, thetaOf(randomState(random)), ZERO, 0);
    return [{ ...first, output: first.after }];
  };
  const without = (digits: readonly number[]): number[] => digits.map(() => 0);
  for (let i = 0; i < LOWS; i++) {
    yield { refusedBy: `low ${i}: at first`, rows: begins({ ...last, low: flipped(last.low, i) }) };
    const round = [20, 21, 22, 19][i]!;
    const digits = { ...digitsOf(round), low: without(last.low) };
    yield { refusedBy: `low ${i}: follows`, rows: rowsFrom(round, randomState(random), digits) };
  }
  for (let i = 0; i < HIGHS; i++) {
    yield { refusedBy: `high ${i}: at first`, rows: begins({ ...last, high: flipped(last.high, i) }) };
    const round = i === HIGHS - 1 ? ROUNDS - 2 : LOWS * i + LOWS - 1;
    const digits = { ...digitsOf(round), high: without(last.high) };
    yield { refusedBy: `high ${i}: follows`, rows: rowsFrom(round, randomState(random), digits) };
  }
  const state = randomState(random);
  const [first, second] = rowsFrom(ROUNDS - 2, state, digitsOf(ROUNDS - 2)) as [KeccakCells, KeccakCells];
  for (let k = 0; k < KECCAK_LIMBS; k++) {
    yield { refusedBy: `output ${k}: stays`, rows: [first, { ...second, output: changed(second.output, k) }] };
    const other = keccakRow(ROUNDS - 1, changed(second.after, k), ZERO, 0);
    const rows = [other, second].map((each) => ({ ...each, output: other.after }));
    yield { refusedBy: `state ${k}: is what the round before made`, rows };
  }
}
