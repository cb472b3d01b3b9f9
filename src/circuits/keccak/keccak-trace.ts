import { fieldOffsets } from "../../stark/fields.ts";
import { TableRows } from "../../stark/table-rows.ts";
import { KECCAK_FIELDS } from "./keccak-air.ts";
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

/** The main columns of the table; of no rows without requests. It is filled up with permutations of zeros. */
export function keccakColumns(requests: readonly KeccakRequest[], minLogRows: number): Uint32Array[] {
  const rows = new TableRows("keccak", KECCAK_FIELDS);
  for (const request of requests) writeRounds(rows, request, ROUNDS);
  if (requests.length === 0) return rows.columnsRepeating(0, minLogRows);
  const zeros: KeccakRequest = { input: new Array<number>(KECCAK_LIMBS).fill(0), uses: 0 };
  writeRounds(rows, zeros, Math.min(ROUNDS, rows.height(minLogRows) - rows.length));
  return rows.columnsRepeating(ROUNDS, minLogRows);
}

type Rows = TableRows<typeof KECCAK_FIELDS>;

const AT = fieldOffsets(KECCAK_FIELDS);
const COLUMN_LIMBS = COLUMN_BITS / LIMB_BITS;
const ROWS_OF_LANES = STATE_BITS / COLUMN_BITS;

/** The first rounds of a permutation, a row each. */
function writeRounds(rows: Rows, { input, uses }: KeccakRequest, count: number): void {
  const state = Uint32Array.from(input);
  for (let round = 0; round < count; round++) {
    const at = rows.begin();
    const { cells } = rows;
    cells[at + AT.round + round] = 1;
    cells.set(input, at + AT.input);
    cells.set(state, at + AT.state);
    writeParities(cells, at, state);
    writeTheta(cells, at, state);
    writeChi(cells, at);
    writeFirst(cells, at, round);
    if (round === ROUNDS - 1) cells[at + AT.uses] = uses;
    state.set(cells.subarray(at + AT.chi, at + AT.chi + KECCAK_LIMBS));
    state.set(cells.subarray(at + AT.first, at + AT.first + LANE_LIMBS));
  }
}

/** The columns' parities, and what they are after θ. */
function writeParities(cells: Uint32Array, at: number, state: Uint32Array): void {
  const [before, after] = [at + AT.parity, at + AT.newParity];
  for (let limb = 0; limb < COLUMN_LIMBS; limb++) {
    // All bits of a limb at once.
    let sum = 0;
    for (let y = 0; y < ROWS_OF_LANES; y++) sum ^= state[COLUMN_LIMBS * y + limb] as number;
    for (let i = 0; i < LIMB_BITS; i++) cells[before + LIMB_BITS * limb + i] = (sum >>> i) & 1;
  }
  for (let i = 0; i < COLUMN_BITS; i++) {
    const neighbours =
      (cells[before + (PARITY_BEFORE[i] as number)] as number) ^ (cells[before + (PARITY_BEHIND[i] as number)] as number);
    cells[after + i] = (cells[before + i] as number) ^ neighbours;
  }
}

/** Of each column the places of the two others that θ adds to it. */
const [PARITY_BEFORE, PARITY_BEHIND] = [[-1, 0] as const, [1, -1] as const].map(([dx, dz]) =>
  Uint16Array.from({ length: COLUMN_BITS }, (_, i) => {
    const [x, z] = [Math.floor(i / LANE_BITS), i % LANE_BITS];
    return LANE_BITS * modulo(x + dx, 5) + modulo(z + dz, LANE_BITS);
  }),
) as [Uint16Array, Uint16Array];

function writeTheta(cells: Uint32Array, at: number, state: Uint32Array): void {
  const [parity, newParity] = [at + AT.parity, at + AT.newParity];
  for (let limb = 0; limb < KECCAK_LIMBS; limb++) {
    const bits = state[limb] as number;
    const [to, column] = [at + AT.theta + LIMB_BITS * limb, LIMB_BITS * (limb % COLUMN_LIMBS)];
    for (let i = 0; i < LIMB_BITS; i++)
      cells[to + i] = ((bits >>> i) & 1) ^ (cells[parity + column + i] as number) ^ (cells[newParity + column + i] as number);
  }
}

/** Of each bit behind χ the three bits that it is made of: their places in what θ gives. */
const CHI_SOURCES = [0, 1, 2].map((step) =>
  Uint16Array.from({ length: STATE_BITS }, (_, i) => {
    const [to, z] = [Math.floor(i / LANE_BITS), i % LANE_BITS];
    const from = beforeRhoAndPi(modulo((to % 5) + step, 5), Math.floor(to / 5), z);
    return LANE_BITS * from.lane + from.z;
  }),
) as [Uint16Array, Uint16Array, Uint16Array];

function writeChi(cells: Uint32Array, at: number): void {
  const [own, first, second] = CHI_SOURCES;
  const theta = at + AT.theta;
  for (let limb = 0; limb < KECCAK_LIMBS; limb++) {
    let sum = 0;
    for (let i = 0, bit = LIMB_BITS * limb; i < LIMB_BITS; i++, bit++) {
      const isLeft = ~(cells[theta + (first[bit] as number)] as number) & (cells[theta + (second[bit] as number)] as number);
      sum |= ((cells[theta + (own[bit] as number)] as number) ^ isLeft) << i;
    }
    cells[at + AT.chi + limb] = sum;
  }
}

/** The bits of lane 0 behind χ, and that lane after ι. */
function writeFirst(cells: Uint32Array, at: number, round: number): void {
  for (let limb = 0; limb < LANE_LIMBS; limb++) {
    const bits = cells[at + AT.chi + limb] as number;
    for (let i = 0; i < LIMB_BITS; i++) cells[at + AT.bits + LIMB_BITS * limb + i] = (bits >>> i) & 1;
    cells[at + AT.first + limb] = bits ^ (ROUND_LIMBS[LANE_LIMBS * round + limb] as number);
  }
}

/** The rounds' constants in limbs. */
const ROUND_LIMBS = Uint16Array.from({ length: ROUNDS * LANE_LIMBS }, (_, at) => {
  const bits = ROUND_CONSTANTS[Math.floor(at / LANE_LIMBS)] ?? [];
  return bits
    .slice(LIMB_BITS * (at % LANE_LIMBS), LIMB_BITS * ((at % LANE_LIMBS) + 1))
    .reduce((sum, bit, i) => sum + bit * 2 ** i, 0);
});
