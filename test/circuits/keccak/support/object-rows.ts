import type { KeccakCells } from "../../../../src/circuits/keccak/keccak-air.ts";
import {
  beforeRhoAndPi,
  COLUMN_BITS,
  LANE_BITS,
  LANE_LIMBS,
  LIMB_BITS,
  modulo,
  ROUND_CONSTANTS,
  ROUNDS,
  STATE_BITS,
} from "../../../../src/circuits/shapes/keccak-state.ts";
import type { KeccakRequest } from "../../../../src/circuits/keccak/keccak-trace.ts";

/*
 * The rows as objects, step by step as FIPS 202 has them and without regard to time: what the columns are compared with, and what
 * forgeries begin with.
 */

/** The steps of a round as functions of what the step before gives; bits and limbs as in `KECCAK_FIELDS`. */
export const ROUND_STEPS = { parity, newParity, theta, chi, firstBits, first } as const;

type Numbers = readonly number[];

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

function bitOf(limbs: Numbers, from: number, z: number): number {
  return ((limbs[LANE_LIMBS * from + (z >> LOG_LIMB_BITS)] ?? 0) >> (z & (LIMB_BITS - 1))) & 1;
}

const LOG_LIMB_BITS = Math.log2(LIMB_BITS);

function parity(state: Numbers): number[] {
  const bits: number[] = [];
  for (let limb = 0; limb < 5 * LANE_LIMBS; limb++) {
    // All bits of a limb at once.
    let sum = 0;
    for (let y = 0; y < 5; y++) sum ^= state[5 * LANE_LIMBS * y + limb] ?? 0;
    for (let i = 0; i < LIMB_BITS; i++) bits.push((sum >> i) & 1);
  }
  return bits;
}

/** Of each column the places of the two others that θ adds to it. */
const [PARITY_BEFORE, PARITY_BEHIND] = [[-1, 0] as const, [1, -1] as const].map(([dx, dz]) =>
  Uint16Array.from({ length: COLUMN_BITS }, (_, i) => {
    const [x, z] = [Math.floor(i / LANE_BITS), i % LANE_BITS];
    return LANE_BITS * modulo(x + dx, 5) + modulo(z + dz, LANE_BITS);
  }),
) as [Uint16Array, Uint16Array];

function newParity(before: Numbers): number[] {
  const bits: number[] = [];
  for (let i = 0; i < COLUMN_BITS; i++) {
    bits.push((before[i] ?? 0) ^ (before[PARITY_BEFORE[i] ?? 0] ?? 0) ^ (before[PARITY_BEHIND[i] ?? 0] ?? 0));
  }
  return bits;
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
const CHI_SOURCES = [0, 1, 2].map((step) =>
  Uint16Array.from({ length: STATE_BITS }, (_, i) => {
    const [to, z] = [Math.floor(i / LANE_BITS), i % LANE_BITS];
    const from = beforeRhoAndPi(modulo((to % 5) + step, 5), Math.floor(to / 5), z);
    return LANE_BITS * from.lane + from.z;
  }),
) as [Uint16Array, Uint16Array, Uint16Array];

function chi(mixed: Numbers): number[] {
  const [own, first, second] = CHI_SOURCES;
  const bits = new Uint32Array(mixed);
  const limbs: number[] = [];
  for (let from = 0; from < STATE_BITS; from += LIMB_BITS) {
    let limb = 0;
    for (let i = 0; i < LIMB_BITS; i++) {
      const at = from + i;
      const bit = (bits[own[at] ?? 0] ?? 0) ^ ((1 - (bits[first[at] ?? 0] ?? 0)) & (bits[second[at] ?? 0] ?? 0));
      limb += bit << i;
    }
    limbs.push(limb);
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
