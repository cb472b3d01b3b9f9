import { KECCAK_FIELDS, type KeccakCells } from "../../../../src/circuits/keccak/keccak-air.ts";
import {
  beforeRhoAndPi,
  COLUMN_BITS,
  KECCAK_LIMBS,
  LANE_BITS,
  LANE_LIMBS,
  lane,
  LIMB_BITS,
  modulo,
  ROTATIONS,
  ROUND_CONSTANTS,
  ROUNDS,
  STATE_BITS,
} from "../../../../src/circuits/shapes/keccak-state.ts";
import { add, inv, mul, sub } from "../../../../src/field/koala-bear.ts";
import { fieldElements } from "../../../../src/stark/fields.ts";
import type { Random } from "../../../chain/state/support/random.ts";
import { canonical } from "../../arithmetic/support/judge.ts";
import { keccakRow, keccakRows, ROUND_STEPS, stateAfter } from "./object-rows.ts";

/** Rows of the table and the one constraint that refuses them. Elements may be negative. */
export interface Forgery {
  readonly refusedBy: string;
  readonly rows: readonly KeccakCells[];
}

const ZERO = new Array<number>(KECCAK_LIMBS).fill(0);

export function randomState(random: Random): number[] {
  return ZERO.map(() => random.below(2 ** 16));
}

/** The columns of some rows. */
export function toColumns(rows: readonly KeccakCells[]): Uint32Array[] {
  const lists = rows.map((row) => fieldElements("keccak", KECCAK_FIELDS, row));
  return lists[0]!.map((_, c) => Uint32Array.from(lists, (list) => canonical(list[c]!)));
}

/** The row with some of its steps' results changed, and what follows from them worked out again. */
function rebuilt(row: KeccakCells, change: Partial<KeccakCells>): KeccakCells {
  const steps = { ...row, ...change };
  const parity = steps.parity;
  const newParity = change.newParity ?? ROUND_STEPS.newParity(parity);
  const theta = change.theta ?? ROUND_STEPS.theta(row.state, parity, newParity);
  const chi = change.chi ?? ROUND_STEPS.chi(theta);
  const bits = change.bits ?? ROUND_STEPS.firstBits(chi);
  const first = change.first ?? ROUND_STEPS.first(bits, row.round);
  return { ...steps, parity, newParity, theta, chi, bits, first };
}

const flipped = (bits: readonly number[], at: number): number[] => bits.map((bit, i) => (i === at ? 1 - bit : bit));
const replaced = (list: readonly number[], changes: Readonly<Record<number, number>>): number[] =>
  list.map((value, i) => changes[i] ?? value);
const xor = (p: number, q: number): number => p + q - 2 * p * q;

/** Rows of one round that give another state than the round does. */
export function* roundForgeries(random: Random): Generator<Forgery> {
  const honest = (): KeccakCells => keccakRow(1 + random.below(ROUNDS - 2), randomState(random), randomState(random), 0);
  for (let x = 0; x < 5; x++) {
    for (let z = 0; z < LANE_BITS; z++) {
      const row = honest();
      const at = LANE_BITS * x + z;
      yield { refusedBy: `newParity[${x}, ${z}]`, rows: [rebuilt(row, { newParity: flipped(row.newParity, at) })] };
      yield { refusedBy: `parity[${x}, ${z}]: of theta`, rows: [rebuilt(row, { parity: flipped(row.parity, at) })] };
    }
  }
  for (let k = 0; k < KECCAK_LIMBS; k++) {
    const row = honest();
    const [from, z] = [Math.floor(k / LANE_LIMBS), LIMB_BITS * (k % LANE_LIMBS) + random.below(LIMB_BITS)];
    // A wrong parity, and the lane takes in what its column's others do not have.
    const wrong = rebuilt(row, { parity: flipped(row.parity, LANE_BITS * (from % 5) + z) });
    const { parity, newParity } = wrong;
    const theta = flipped(wrong.theta, LANE_BITS * from + z);
    yield { refusedBy: `state ${k}: is theta's`, rows: [rebuilt(row, { parity, newParity, theta })] };
    yield { refusedBy: `chi ${k}`, rows: [rebuilt(row, { chi: replaced(row.chi, { [k]: row.chi[k]! ^ 1 }), theta: row.theta })] };
  }
  for (let k = 0; k < LANE_LIMBS; k++) {
    const row = honest();
    const bits = flipped(row.bits, LIMB_BITS * k + random.below(LIMB_BITS));
    yield { refusedBy: `bits of limb ${k}`, rows: [{ ...row, bits, first: ROUND_STEPS.first(bits, row.round) }] };
    yield { refusedBy: `iota ${k}`, rows: [{ ...row, first: replaced(row.first, { [k]: row.first[k]! ^ 1 }) }] };
  }
}

/** Cells that may be 2 only if no constraint says that they are bits, in rows of an otherwise empty state. */
export function* bitForgeries(random: Random): Generator<Forgery> {
  const empty = keccakRow(5, ZERO, ZERO, 0);
  for (let i = 0; i < COLUMN_BITS; i++) {
    const [x, z] = [Math.floor(i / LANE_BITS), i % LANE_BITS];
    // Three new parities become 2: two bits of theta in each of these columns.
    const columns = [i, LANE_BITS * modulo(x + 1, 5) + z, LANE_BITS * modulo(x - 1, 5) + modulo(z + 1, LANE_BITS)];
    const newParity = replaced(empty.newParity, Object.fromEntries(columns.map((column) => [column, 2])));
    const set = columns.flatMap((column) =>
      [3, 4].map((y) => [LANE_BITS * lane(Math.floor(column / LANE_BITS), y) + (column % LANE_BITS), 1] as const),
    );
    const theta = replaced(empty.theta, Object.fromEntries(set));
    yield { refusedBy: `parity[${i}] is boolean`, rows: [unbound(empty, replaced(empty.parity, { [i]: 2 }), newParity, theta)] };
  }
  for (let i = 0; i < STATE_BITS; i++) {
    const theta: Record<number, number> = { [i]: 2 };
    const [from, z] = [Math.floor(i / LANE_BITS), i % LANE_BITS];
    const goesTo = modulo(z + (ROTATIONS[from] ?? 0), LANE_BITS);
    if (from === lane(2, 2) && goesTo % LIMB_BITS === 15) {
      // Lane 0 takes it in only if its neighbour is 0: it is 1, as is another bit of that one's column.
      const neighbour = beforeRhoAndPi(1, 0, goesTo);
      theta[LANE_BITS * neighbour.lane + neighbour.z] = 1;
      theta[LANE_BITS * lane(1, 3) + neighbour.z] = 1;
    }
    const row = unbound(empty, empty.parity, empty.newParity, replaced(empty.theta, theta));
    yield { refusedBy: `theta[${i}] is boolean`, rows: [row] };
  }
  for (let z = 0; z < LANE_BITS; z++) {
    // 2 and 0 for 0 and 1; at the limb's end 0 and a half for 1 and 0.
    const isEnd = z % LIMB_BITS === LIMB_BITS - 1;
    const [low, high] = isEnd ? [z - 1, z] : [z, z + 1];
    const wanted = isEnd ? [1, 0] : [0, 1];
    let row = keccakRow(5, ZERO, randomState(random), 0);
    while (row.bits[low] !== wanted[0] || row.bits[high] !== wanted[1]) row = keccakRow(5, ZERO, randomState(random), 0);
    const bits = replaced(row.bits, isEnd ? { [low]: 0, [high]: inv(2) } : { [low]: 2, [high]: 0 });
    yield { refusedBy: `bits[${z}] is boolean`, rows: [{ ...row, bits, first: firstOf(bits, row.round) }] };
  }
}

/** A row in which θ and χ are worked out for any integers: a state that need not be one, and what follows. */
function unbound(
  row: KeccakCells,
  parity: readonly number[],
  newParity: readonly number[],
  theta: readonly number[],
): KeccakCells {
  const limbs = (bit: (lane: number, z: number) => number): number[] =>
    ZERO.map((_, k) => {
      const start = LIMB_BITS * (k % LANE_LIMBS);
      return Array.from({ length: LIMB_BITS }, (__, i) => bit(Math.floor(k / LANE_LIMBS), start + i) * 2 ** i).reduce(
        (p, q) => p + q,
      );
    });
  const state = limbs((from, z) => {
    const column = LANE_BITS * (from % 5) + z;
    return xor(xor(theta[LANE_BITS * from + z]!, parity[column]!), newParity[column]!);
  });
  const chi = limbs((to, z) => {
    const [own, next, second] = [0, 1, 2].map((step) => {
      const from = beforeRhoAndPi(modulo((to % 5) + step, 5), Math.floor(to / 5), z);
      return theta[LANE_BITS * from.lane + from.z]!;
    }) as [number, number, number];
    return xor(own, (1 - next) * second);
  });
  const bits = ROUND_STEPS.firstBits(chi);
  return { ...row, state, parity, newParity, theta, chi, bits, first: ROUND_STEPS.first(bits, row.round) };
}

/** Lane 0 after ι for any bits, which need not be integers, and flags. */
function firstOf(bits: readonly number[], round: readonly number[]): number[] {
  return Array.from({ length: LANE_LIMBS }, (_, k) => {
    let limb = 0;
    for (let i = 0; i < LIMB_BITS; i++) {
      const z = LIMB_BITS * k + i;
      const constant = round.reduce((sum, flag, r) => sum + flag * ROUND_CONSTANTS[r]![z]!, 0);
      const bit = canonical(bits[z]!);
      const sum = sub(add(bit, constant), mul(2 * constant, bit));
      limb = add(limb, mul(2 ** i, sum));
    }
    return limb;
  });
}

/** Rows that do not follow from each other, or do not begin as they should. */
export function* orderForgeries(random: Random): Generator<Forgery> {
  const withFlags = (flags: readonly number[], input: readonly number[], state: readonly number[]): KeccakCells => {
    const round = Array.from({ length: ROUNDS }, (_, i) => (flags.includes(i) ? 1 : 0));
    const row = keccakRow(0, input, state, 0);
    return { ...row, round, first: firstOf(row.bits, round) };
  };
  const isState = (limbs: readonly number[]): boolean => limbs.every((limb) => limb < 2 ** 16);
  for (let i = 0; i < ROUNDS; i++) {
    const flags = i === 0 ? [] : [0, i];
    let row = withFlags(flags, ZERO, ZERO);
    do {
      const state = randomState(random);
      row = withFlags(flags, state, state);
    } while (!isState(row.first));
    // Behind a last round anything begins.
    const next = i === ROUNDS - 1 ? row.input : stateAfter(row);
    const second = withFlags(i === 0 ? [] : [1, (i + 1) % ROUNDS], row.input, next);
    yield { refusedBy: `round ${i}: at first`, rows: [row, second] };
  }
  const state = randomState(random);
  const first = keccakRow(0, state, state, 0);
  const after = stateAfter(first);
  for (let i = 1; i < ROUNDS; i++) {
    yield { refusedBy: `round ${i}: follows`, rows: [first, withFlags(i === 1 ? [] : [1, i], state, after)] };
  }
  // Behind a permutation no other begins, and its rows are of no round: the state of zeros stays.
  const ofNoRound = Array.from({ length: 8 }, () => withFlags([], ZERO, ZERO));
  yield { refusedBy: "round 0: follows", rows: [...keccakRows({ input: state, uses: 0 }), ...ofNoRound] };
  for (let k = 0; k < KECCAK_LIMBS; k++) {
    const changed = (list: readonly number[]): number[] => replaced(list, { [k]: list[k]! ^ 1 });
    yield {
      refusedBy: `input ${k}: is the first state`,
      rows: [keccakRow(0, changed(state), state, 0), keccakRow(1, changed(state), after, 0)],
    };
    yield { refusedBy: `input ${k}: stays`, rows: [first, keccakRow(1, changed(state), after, 0)] };
    yield { refusedBy: `state ${k}: goes on`, rows: [first, keccakRow(1, state, changed(after), 0)] };
  }
  yield { refusedBy: "answers in the last round", rows: [{ ...first, uses: 1 }, keccakRow(1, state, after, 0)] };
}
