import { fieldOffsets } from "../../stark/constraints/fields.ts";
import { type LeastHeight, leastLogRows, TableRows } from "../../stark/rows/table-rows.ts";
import { LIMB } from "../shapes/word.ts";
import { BITS, LIMB_BITS, ofWord, SHA256_FIELDS, WORD_LIMBS } from "./sha256-air.ts";
import {
  BLOCK_WORDS,
  choice,
  compressBlock,
  majority,
  nextWord,
  ROUND_CONSTANTS,
  ROUNDS,
  SCHEDULE_0,
  SCHEDULE_1,
  shifted,
  STATE_WORDS,
  SUM_0,
  SUM_1,
  turned,
} from "./sha256-function.ts";

type Limbs = readonly number[];

/** A block that is asked for, all as words of the machine: the state before it, its two halves, and the state behind it. */
export interface Sha256Request {
  readonly state: Limbs;
  readonly first: Limbs;
  readonly second: Limbs;
  readonly result: Limbs;
}

/**
 * The main columns of the table; of no rows without blocks, unless it has a height in any case. It is filled up with blocks of
 * zeros that nothing asks for.
 */
export function sha256Columns(requests: readonly Sha256Request[], minLogRows: LeastHeight): Uint32Array[] {
  const rows = new TableRows("sha256", SHA256_FIELDS);
  if (requests.length === 0 && typeof minLogRows === "number") return rows.columnsRepeating(0, minLogRows);
  for (const { state, first, second } of requests) writeBlock(rows, wordsOf(state), [...wordsOf(first), ...wordsOf(second)], 1);
  // Blocks are whole, whatever the least height is.
  const logRows = Math.max(leastLogRows(minLogRows), Math.log2(ROUNDS));
  if (requests.length === 0 || rows.height(logRows) > rows.length) {
    const zeros = new Array<number>(BLOCK_WORDS).fill(0);
    writeBlock(rows, zeros.slice(0, STATE_WORDS), zeros, 0);
  }
  return rows.columnsRepeating(ROUNDS, logRows);
}

/** The eight words of 32 bits that a word of the machine has, the first highest. */
export function wordsOf(limbs: Limbs): number[] {
  return Array.from({ length: STATE_WORDS }, (_, i) => {
    return (limbs[ofWord(WORD_LIMBS * i)] ?? 0) + LIMB * (limbs[ofWord(WORD_LIMBS * i + 1)] ?? 0);
  });
}

const AT = fieldOffsets(SHA256_FIELDS);
const STATE_BITS = [
  [AT.a, 0],
  [AT.b, 1],
  [AT.c, 2],
  [AT.e, 4],
  [AT.f, 5],
  [AT.g, 6],
] as const;

function writeBlock(rows: TableRows<typeof SHA256_FIELDS>, input: Limbs, block: Limbs, uses: number): void {
  const state = Uint32Array.from(input);
  // One word more than the rounds take: the last row has a word behind its sixteen, too.
  const words = Uint32Array.from({ length: ROUNDS + BLOCK_WORDS }, (_, t) => block[t] ?? 0);
  for (let t = BLOCK_WORDS; t < words.length; t++) words[t] = nextWord(words.subarray(t - BLOCK_WORDS, t));
  const output = compressBlock(input, block);
  for (let t = 0; t < ROUNDS; t++) {
    const at = rows.begin();
    const { cells } = rows;
    cells[at + AT.round + t] = 1;
    writeMachineWord(cells, at + AT.input, input);
    writeMachineWord(cells, at + AT.output, output);
    for (const [field, word] of STATE_BITS) writeBits(cells, at + field, state[word] as number);
    writeLimbs(cells, at + AT.d, state[3] as number);
    writeLimbs(cells, at + AT.h, state[7] as number);
    writeSchedule(cells, at, words.subarray(t, t + BLOCK_WORDS + 1));
    writeRound(cells, at, state, t, words[t] as number);
    if (t === 0) [cells[at + AT.asked], cells[at + AT.uses]] = [uses, uses];
    if (t === ROUNDS - 1) writeCarriesOfOutput(cells, at + AT.carriesOutput, input, state);
  }
}

/** The new a and e with their carries; the state becomes that behind the round. */
function writeRound(cells: Uint32Array, at: number, state: Uint32Array, round: number, word: number): void {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  const first = [h, turned(e, SUM_1), choice(e, f, g), ROUND_CONSTANTS[round] ?? 0, word];
  const newA = writeSum(cells, at + AT.newA, at + AT.carriesA, [...first, turned(a, SUM_0), majority(a, b, c)]);
  const newE = writeSum(cells, at + AT.newE, at + AT.carriesE, [...first, d]);
  state.copyWithin(1, 0);
  [state[0], state[4]] = [newA, newE];
}

/** The sixteen words that a row has, and the one behind them. */
function writeSchedule(cells: Uint32Array, at: number, words: Uint32Array): void {
  writeLimbs(cells, at + AT.word0, words[0] as number);
  writeBits(cells, at + AT.word1, words[1] as number);
  for (let i = 2; i < 14; i++) writeLimbs(cells, at + AT.middle + WORD_LIMBS * (i - 2), words[i] as number);
  writeBits(cells, at + AT.word14, words[14] as number);
  writeLimbs(cells, at + AT.word15, words[15] as number);
  const small = [shifted(words[14] as number, SCHEDULE_1), shifted(words[1] as number, SCHEDULE_0)];
  writeSum(cells, at + AT.newWord, at + AT.carriesWord, [words[0] as number, words[9] as number, ...small], 2);
}

/** Writes the sum of words in limbs, and the carries of both limbs in `bits` bits each. Returns the sum. */
function writeSum(cells: Uint32Array, at: number, carries: number, words: readonly number[], bits = 3): number {
  let carry = 0;
  for (let k = 0; k < WORD_LIMBS; k++) {
    const sum = words.reduce((total, word) => total + (k === 0 ? word % LIMB : word >>> LIMB_BITS), carry);
    cells[at + k] = sum % LIMB;
    carry = Math.floor(sum / LIMB);
    for (let i = 0; i < bits; i++) cells[carries + bits * k + i] = (carry >>> i) & 1;
  }
  return (cells[at] as number) + LIMB * (cells[at + 1] as number);
}

/** Writes the carries of the sums of the input and the state after the last round. */
function writeCarriesOfOutput(cells: Uint32Array, at: number, input: Limbs, state: Uint32Array): void {
  state.forEach((word, i) => {
    const own = input[i] ?? 0;
    const carry = Math.floor(((word % LIMB) + (own % LIMB)) / LIMB);
    cells[at + WORD_LIMBS * i] = carry;
    cells[at + WORD_LIMBS * i + 1] = Math.floor(((word >>> LIMB_BITS) + (own >>> LIMB_BITS) + carry) / LIMB);
  });
}

function writeMachineWord(cells: Uint32Array, at: number, words: Limbs): void {
  words.forEach((word, i) => writeLimbs(cells, at + ofWord(WORD_LIMBS * i), word));
}

function writeLimbs(cells: Uint32Array, at: number, word: number): void {
  cells[at] = word % LIMB;
  cells[at + 1] = word >>> LIMB_BITS;
}

function writeBits(cells: Uint32Array, at: number, word: number): void {
  for (let i = 0; i < BITS; i++) cells[at + i] = (word >>> i) & 1;
}
