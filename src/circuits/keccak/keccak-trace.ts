import { traceColumns } from "../../stark/trace-columns.ts";
import { KECCAK_FIELDS, type KeccakCells } from "./keccak-air.ts";
import {
  beforeRhoAndPi,
  COLUMN_BITS,
  KECCAK_LIMBS,
  LANE_BITS,
  LANE_LIMBS,
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
  return ((limbs[LANE_LIMBS * from + (z >> LOG_LIMB_BITS)] ?? 0) >> (z & (LIMB_BITS - 1))) & 1;
}

const LOG_LIMB_BITS = Math.log2(LIMB_BITS);

function parity(state: Numbers): number[] {
  // Limb by limb, all bits of one at once.
  const limbs = Array.from({ length: 5 * LANE_LIMBS }, (_, i) => {
    let sum = 0;
    for (let y = 0; y < 5; y++) sum ^= state[5 * LANE_LIMBS * y + i] ?? 0;
    return sum;
  });
  return eachColumn((x, z) => bitOf(limbs, x, z));
}

function newParity(before: Numbers): number[] {
  const at = (x: number, z: number): number => before[LANE_BITS * modulo(x, 5) + modulo(z, LANE_BITS)] ?? 0;
  return eachColumn((x, z) => at(x, z) ^ at(x - 1, z) ^ at(x + 1, z - 1));
}

function theta(state: Numbers, before: Numbers, after: Numbers): number[] {
  const mixed = new Array<number>(STATE_BITS);
  for (let i = 0; i < STATE_BITS; i++) {
    const column = i % COLUMN_BITS;
    mixed[i] = (((state[i >> LOG_LIMB_BITS] ?? 0) >> (i & (LIMB_BITS - 1))) & 1) ^ (before[column] ?? 0) ^ (after[column] ?? 0);
  }
  return mixed;
}

/** Of each bit behind χ the three bits that it is made of: their places in what θ gives. */
const CHI_SOURCES: Numbers = Array.from({ length: STATE_BITS }, (_, i) => {
  const [to, z] = [Math.floor(i / LANE_BITS), i % LANE_BITS];
  return [0, 1, 2].map((step) => {
    const from = beforeRhoAndPi(modulo((to % 5) + step, 5), Math.floor(to / 5), z);
    return LANE_BITS * from.lane + from.z;
  });
}).flat();

function chi(mixed: Numbers): number[] {
  const limbs = new Array<number>(KECCAK_LIMBS).fill(0);
  for (let i = 0; i < STATE_BITS; i++) {
    const at = (step: number): number => mixed[CHI_SOURCES[3 * i + step] ?? 0] ?? 0;
    const bit = at(0) ^ ((1 - at(1)) & at(2));
    limbs[i >> LOG_LIMB_BITS] = (limbs[i >> LOG_LIMB_BITS] ?? 0) + (bit << (i & (LIMB_BITS - 1)));
  }
  return limbs;
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
