import { fieldOffsets } from "../../stark/constraints/fields.ts";
import { type LeastHeight, TableRows } from "../../stark/rows/table-rows.ts";
import { IOTA_BITS, KECCAK_FIELDS } from "./keccak-air.ts";
import {
  beforeRhoAndPi,
  COLUMN_BITS,
  KECCAK_LIMBS,
  LANE_BITS,
  LIMB_BITS,
  modulo,
  ROUND_CONSTANTS,
  ROUNDS,
  STATE_BITS,
} from "../shapes/keccak-state.ts";

/** A requested state, and the number of requests. */
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
const LOWS = KECCAK_FIELDS.low;
/** Words of a lane, of a state and of its five columns. */
const LANE_WORDS = LANE_BITS / 32;
const STATE_WORDS = STATE_BITS / 32;
const COLUMN_WORDS = COLUMN_BITS / 32;

/** The first rows of a permutation: its last rounds, a row each. */
function writeRounds(rows: Rows, { input, uses }: KeccakRequest, count: number): void {
  const rounds = roundsOf(input);
  const { after: output } = rounds[ROUNDS - 1] as Round;
  for (let round = ROUNDS - 1; round >= ROUNDS - count; round--) {
    const at = rows.begin();
    const { cells } = rows;
    const { theta, parity, added, after } = rounds[round] as Round;
    cells[at + AT.low + (round % LOWS)] = 1;
    cells[at + AT.high + Math.floor(round / LOWS)] = 1;
    writeLimbs(cells, at + AT.after, after);
    writeLimbs(cells, at + AT.output, output);
    if (round === 0) cells[at + AT.isFirst] = 1;
    if (round === ROUNDS - 1) cells[at + AT.isLast] = 1;
    writeBits(cells, at + AT.parity, parity);
    writeBits(cells, at + AT.added, added);
    writeBits(cells, at + AT.theta, theta);
    writeIota(cells, at, after, round);
    if (round === 0) cells[at + AT.uses] = uses;
  }
}

function writeLimbs(cells: Uint32Array, at: number, words: Int32Array): void {
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as number;
    cells[at + 2 * i] = word & 0xffff;
    cells[at + 2 * i + 1] = word >>> LIMB_BITS;
  }
}

function writeBits(cells: Uint32Array, first: number, words: Int32Array): void {
  for (let i = 0, at = first; i < words.length; i++)
    for (let bit = 0, word = words[i] as number; bit < 32; bit++, word >>>= 1) cells[at++] = word & 1;
}

/**
 * Results of a round: the state after θ, its columns' parities, the bits that θ added to their lanes; the
 * state after the round.
 */
interface Round {
  readonly theta: Int32Array;
  readonly parity: Int32Array;
  readonly added: Int32Array;
  readonly after: Int32Array;
}

/** A permutation's rounds, the first one first. */
function roundsOf(input: readonly number[]): Round[] {
  let state: Int32Array = Int32Array.from(
    { length: STATE_WORDS },
    (_, i) => (input[2 * i] ?? 0) | ((input[2 * i + 1] ?? 0) << LIMB_BITS),
  );
  return Array.from({ length: ROUNDS }, (_, round) => {
    const made = roundOf(state, round);
    state = made.after;
    return made;
  });
}

function roundOf(state: Int32Array, round: number): Round {
  const [parity, added] = [new Int32Array(COLUMN_WORDS), new Int32Array(COLUMN_WORDS)];
  for (let i = 0; i < STATE_WORDS; i++) parity[i % COLUMN_WORDS] = (parity[i % COLUMN_WORDS] as number) ^ (state[i] as number);
  for (let i = 0; i < COLUMN_WORDS; i++) {
    const before = parity[(i + COLUMN_WORDS - LANE_WORDS) % COLUMN_WORDS] as number;
    // The column behind, turned by 1: the highest bit of its other word comes in.
    const behind = (i + LANE_WORDS) % COLUMN_WORDS;
    added[i] = before ^ ((parity[behind] as number) << 1) ^ ((parity[behind ^ 1] as number) >>> 31);
  }
  for (let i = 0; i < COLUMN_WORDS; i++) parity[i] = (parity[i] as number) ^ (added[i] as number);
  const theta = new Int32Array(STATE_WORDS);
  for (let i = 0; i < STATE_WORDS; i++) theta[i] = (state[i] as number) ^ (added[i % COLUMN_WORDS] as number);
  const after = chiOf(theta);
  for (let word = 0; word < LANE_WORDS; word++)
    after[word] = (after[word] as number) ^ (ROUND_WORDS[LANE_WORDS * round + word] as number);
  return { theta, parity, added, after };
}

/** Source of each lane after ρ and π, and its rotation in bits. */
const SOURCES = Array.from({ length: STATE_WORDS / LANE_WORDS }, (_, to) => {
  const { lane, z } = beforeRhoAndPi(to % 5, Math.floor(to / 5), 0);
  return { lane, turn: modulo(-z, LANE_BITS) };
});

function chiOf(theta: Int32Array): Int32Array {
  const turned = new Int32Array(STATE_WORDS);
  SOURCES.forEach(({ lane, turn }, to) => {
    // Turned by 32 the words change places.
    const isSwapped = turn >= 32 ? 1 : 0;
    const low = theta[LANE_WORDS * lane + isSwapped] as number;
    const high = theta[LANE_WORDS * lane + 1 - isSwapped] as number;
    const left = turn % 32;
    turned[LANE_WORDS * to] = left === 0 ? low : (low << left) | (high >>> (32 - left));
    turned[LANE_WORDS * to + 1] = left === 0 ? high : (high << left) | (low >>> (32 - left));
  });
  const after = new Int32Array(STATE_WORDS);
  for (let row = 0; row < STATE_WORDS; row += COLUMN_WORDS)
    for (let i = 0; i < COLUMN_WORDS; i++) {
      const first = turned[row + ((i + LANE_WORDS) % COLUMN_WORDS)] as number;
      const second = turned[row + ((i + 2 * LANE_WORDS) % COLUMN_WORDS)] as number;
      after[row + i] = (turned[row + i] as number) ^ (~first & second);
    }
  return after;
}

/** Lane 0 before ι, where some round's constant has a bit. */
function writeIota(cells: Uint32Array, at: number, after: Int32Array, round: number): void {
  IOTA_BITS.forEach((z, i) => {
    const bit = ((after[z >> 5] as number) >>> (z & 31)) & 1;
    cells[at + AT.bits + i] = bit ^ (ROUND_CONSTANTS[round]?.[z] ?? 0);
  });
}

/** Constants of the rounds as 32-bit words. */
const ROUND_WORDS = Int32Array.from({ length: ROUNDS * LANE_WORDS }, (_, at) => {
  const bits = ROUND_CONSTANTS[Math.floor(at / LANE_WORDS)] ?? [];
  return bits.slice(32 * (at % LANE_WORDS), 32 * ((at % LANE_WORDS) + 1)).reduce((sum, bit, i) => sum | (bit << i), 0);
});
