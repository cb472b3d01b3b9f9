import { fieldOffsets } from "../../stark/constraints/fields.ts";
import { type LeastHeight, TableRows } from "../../stark/rows/table-rows.ts";
import { IOTA_BITS, KECCAK_FIELDS } from "./keccak-air.ts";
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
} from "../shapes/keccak-state.ts";

/** What is asked of the table: a state, and how often. */
export interface KeccakRequest {
  readonly input: readonly number[];
  readonly uses: number;
}

/**
 * The main columns of the table; of no rows without requests, unless it has a height in any case. It is filled up with
 * permutations of zeros.
 */
export function keccakColumns(requests: readonly KeccakRequest[], minLogRows: LeastHeight): Uint32Array[] {
  const rows = new TableRows("keccak", KECCAK_FIELDS);
  for (const request of requests) writeRounds(rows, request, ROUNDS);
  if (rows.height(minLogRows) === 0) return rows.columnsRepeating(0, minLogRows);
  const zeros: KeccakRequest = { input: new Array<number>(KECCAK_LIMBS).fill(0), uses: 0 };
  writeRounds(rows, zeros, Math.min(ROUNDS, rows.height(minLogRows) - rows.length));
  return rows.columnsRepeating(ROUNDS, minLogRows);
}

type Rows = TableRows<typeof KECCAK_FIELDS>;

const AT = fieldOffsets(KECCAK_FIELDS);
const COLUMN_LIMBS = COLUMN_BITS / LIMB_BITS;
const ROWS_OF_LANES = STATE_BITS / COLUMN_BITS;
const LOWS = KECCAK_FIELDS.low;

/** The first rows of a permutation: its last rounds, a row each. */
function writeRounds(rows: Rows, { input, uses }: KeccakRequest, count: number): void {
  const rounds = roundsOf(input);
  const output = (rounds[ROUNDS - 1] as Round).after;
  for (let round = ROUNDS - 1; round >= ROUNDS - count; round--) {
    const at = rows.begin();
    const { cells } = rows;
    const { theta, parity, added, after } = rounds[round] as Round;
    cells[at + AT.low + (round % LOWS)] = 1;
    cells[at + AT.high + Math.floor(round / LOWS)] = 1;
    cells.set(after, at + AT.after);
    cells.set(output, at + AT.output);
    if (round === 0) cells[at + AT.isFirst] = 1;
    if (round === ROUNDS - 1) cells[at + AT.isLast] = 1;
    cells.set(parity, at + AT.parity);
    cells.set(added, at + AT.added);
    cells.set(theta, at + AT.theta);
    writeBits(cells, at, after, round);
    if (round === 0) cells[at + AT.uses] = uses;
  }
}

/** What a round makes: bits behind θ, the columns' parities there, what θ added to their lanes; the state behind the round. */
interface Round {
  readonly theta: Uint8Array;
  readonly parity: Uint8Array;
  readonly added: Uint8Array;
  readonly after: Uint32Array;
}

/** A permutation's rounds, the first one first. */
function roundsOf(input: readonly number[]): Round[] {
  let state: Uint32Array = Uint32Array.from(input);
  return Array.from({ length: ROUNDS }, (_, round) => {
    const made = roundOf(state, round);
    state = made.after;
    return made;
  });
}

function roundOf(state: Uint32Array, round: number): Round {
  const sums = columnSums(state);
  const added = sums.map((_, i) => (sums[PARITY_BEFORE[i] as number] as number) ^ (sums[PARITY_BEHIND[i] as number] as number));
  const parity = sums.map((sum, i) => sum ^ (added[i] as number));
  const theta = new Uint8Array(STATE_BITS);
  for (let i = 0; i < STATE_BITS; i++) theta[i] = bitAt(state, i) ^ (added[i % COLUMN_BITS] as number);
  const after = chiOf(theta);
  for (let limb = 0; limb < LANE_LIMBS; limb++)
    after[limb] = (after[limb] as number) ^ (ROUND_LIMBS[LANE_LIMBS * round + limb] as number);
  return { theta, parity, added, after };
}

function bitAt(state: Uint32Array, i: number): number {
  return ((state[i >> LOG_LIMB_BITS] as number) >>> (i & (LIMB_BITS - 1))) & 1;
}

const LOG_LIMB_BITS = Math.log2(LIMB_BITS);

/** The columns' parities. */
function columnSums(state: Uint32Array): Uint8Array {
  const sums = new Uint8Array(COLUMN_BITS);
  for (let limb = 0; limb < COLUMN_LIMBS; limb++) {
    // All bits of a limb at once.
    let sum = 0;
    for (let y = 0; y < ROWS_OF_LANES; y++) sum ^= state[COLUMN_LIMBS * y + limb] as number;
    for (let i = 0; i < LIMB_BITS; i++) sums[LIMB_BITS * limb + i] = (sum >>> i) & 1;
  }
  return sums;
}

/** Of each column the places of the two others that θ adds to it. */
const [PARITY_BEFORE, PARITY_BEHIND] = [[-1, 0] as const, [1, -1] as const].map(([dx, dz]) =>
  Uint16Array.from({ length: COLUMN_BITS }, (_, i) => {
    const [x, z] = [Math.floor(i / LANE_BITS), i % LANE_BITS];
    return LANE_BITS * modulo(x + dx, 5) + modulo(z + dz, LANE_BITS);
  }),
) as [Uint16Array, Uint16Array];

/** Of each bit behind χ the three bits that it is made of: their places in what θ gives. */
const CHI_SOURCES = [0, 1, 2].map((step) =>
  Uint16Array.from({ length: STATE_BITS }, (_, i) => {
    const [to, z] = [Math.floor(i / LANE_BITS), i % LANE_BITS];
    const from = beforeRhoAndPi(modulo((to % 5) + step, 5), Math.floor(to / 5), z);
    return LANE_BITS * from.lane + from.z;
  }),
) as [Uint16Array, Uint16Array, Uint16Array];

function chiOf(theta: Uint8Array): Uint32Array {
  const [own, first, second] = CHI_SOURCES;
  const limbs = new Uint32Array(KECCAK_LIMBS);
  for (let limb = 0; limb < KECCAK_LIMBS; limb++) {
    let sum = 0;
    for (let i = 0, bit = LIMB_BITS * limb; i < LIMB_BITS; i++, bit++) {
      const isLeft = ~(theta[first[bit] as number] as number) & (theta[second[bit] as number] as number);
      sum |= ((theta[own[bit] as number] as number) ^ isLeft) << i;
    }
    limbs[limb] = sum;
  }
  return limbs;
}

/** Lane 0 before ι, where some round's constant has a bit. */
function writeBits(cells: Uint32Array, at: number, after: Uint32Array, round: number): void {
  IOTA_BITS.forEach((z, i) => {
    cells[at + AT.bits + i] = bitAt(after, z) ^ (ROUND_CONSTANTS[round]?.[z] ?? 0);
  });
}

/** The rounds' constants in limbs. */
const ROUND_LIMBS = Uint16Array.from({ length: ROUNDS * LANE_LIMBS }, (_, at) => {
  const bits = ROUND_CONSTANTS[Math.floor(at / LANE_LIMBS)] ?? [];
  return bits
    .slice(LIMB_BITS * (at % LANE_LIMBS), LIMB_BITS * ((at % LANE_LIMBS) + 1))
    .reduce((sum, bit, i) => sum + bit * 2 ** i, 0);
});
