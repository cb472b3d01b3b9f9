import { traceColumns } from "../../stark/trace-columns.ts";
import { KECCAK_FIELDS, type KeccakCells } from "./keccak-air.ts";
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
} from "./keccak-state.ts";

/** The steps of a round as functions of what the step before gives; bits and limbs as in `KECCAK_FIELDS`. */
export const ROUND_STEPS = { parity, newParity, theta, chi, firstBits, first } as const;

type Numbers = readonly number[];

/** What is asked of the table: a state, and how often. */
export interface KeccakRequest {
  readonly input: Numbers;
  readonly uses: number;
}

/** The rows of a permutation. */
export function keccakRows({ input, uses }: KeccakRequest): KeccakCells[] {
  const rows: KeccakCells[] = [];
  let state = input;
  for (let round = 0; round < ROUNDS; round++) {
    const row = keccakRow(round, input, state, round === ROUNDS - 1 ? uses : 0);
    rows.push(row);
    state = stateAfter(row);
  }
  return rows;
}

/** The row of one round. */
export function keccakRow(round: number, input: Numbers, state: Numbers, uses: number): KeccakCells {
  const before = parity(state);
  const after = newParity(before);
  const mixed = theta(state, before, after);
  const limbs = chi(mixed);
  const bits = firstBits(limbs);
  const flags = Array.from({ length: ROUNDS }, (_, i) => (i === round ? 1 : 0));
  return {
    round: flags,
    input,
    state,
    parity: before,
    newParity: after,
    theta: mixed,
    chi: limbs,
    bits,
    first: first(bits, flags),
    uses,
  };
}

/** The state that a row hands on. */
export function stateAfter({ first: lane0, chi: limbs }: KeccakCells): number[] {
  return [...lane0, ...limbs.slice(LANE_LIMBS)];
}

/** The main columns of the table; of no rows without requests. It is filled up with permutations of zeros. */
export function keccakColumns(requests: readonly KeccakRequest[], minLogRows: number): Uint32Array[] {
  const zeros = keccakRows({ input: new Array<number>(KECCAK_LIMBS).fill(0), uses: 0 });
  let round = 0;
  const padding = (): KeccakCells => zeros[round++ % ROUNDS] as KeccakCells;
  return traceColumns("keccak", KECCAK_FIELDS, requests.flatMap(keccakRows), { padding, minLogRows });
}

function bitOf(limbs: Numbers, from: number, z: number): number {
  return ((limbs[LANE_LIMBS * from + Math.floor(z / LIMB_BITS)] ?? 0) >> (z % LIMB_BITS)) & 1;
}

function parity(state: Numbers): number[] {
  return eachColumn((x, z) => [0, 1, 2, 3, 4].reduce((sum, y) => sum ^ bitOf(state, lane(x, y), z), 0));
}

function newParity(before: Numbers): number[] {
  const at = (x: number, z: number): number => before[LANE_BITS * modulo(x, 5) + modulo(z, LANE_BITS)] ?? 0;
  return eachColumn((x, z) => at(x, z) ^ at(x - 1, z) ^ at(x + 1, z - 1));
}

function theta(state: Numbers, before: Numbers, after: Numbers): number[] {
  return Array.from({ length: STATE_BITS }, (_, i) => {
    const [from, z] = [Math.floor(i / LANE_BITS), i % LANE_BITS];
    const column = LANE_BITS * (from % 5) + z;
    return bitOf(state, from, z) ^ (before[column] ?? 0) ^ (after[column] ?? 0);
  });
}

function chi(mixed: Numbers): number[] {
  return Array.from({ length: KECCAK_LIMBS }, (_, k) => {
    const to = Math.floor(k / LANE_LIMBS);
    let limb = 0;
    for (let i = 0; i < LIMB_BITS; i++) {
      const [own = 0, next = 0, second = 0] = [0, 1, 2].map((step) => {
        const from = beforeRhoAndPi(modulo((to % 5) + step, 5), Math.floor(to / 5), LIMB_BITS * (k % LANE_LIMBS) + i);
        return mixed[LANE_BITS * from.lane + from.z] ?? 0;
      });
      limb += (own ^ ((1 - next) & second)) << i;
    }
    return limb;
  });
}

function firstBits(limbs: Numbers): number[] {
  return Array.from({ length: LANE_BITS }, (_, z) => bitOf(limbs, 0, z));
}

function first(bits: Numbers, round: Numbers): number[] {
  return Array.from({ length: LANE_LIMBS }, (_, k) => {
    let limb = 0;
    for (let i = 0; i < LIMB_BITS; i++) {
      const z = LIMB_BITS * k + i;
      const constant = ROUND_CONSTANTS[round.indexOf(1)]?.[z] ?? 0;
      limb += ((bits[z] ?? 0) ^ constant) << i;
    }
    return limb;
  });
}

function eachColumn(bit: (x: number, z: number) => number): number[] {
  return Array.from({ length: COLUMN_BITS }, (_, i) => bit(Math.floor(i / LANE_BITS), i % LANE_BITS));
}
