import { LIMB_BITS, ofWord } from "../../../../src/proofs/circuits/sha256/sha256-air.ts";
import {
  majority,
  ROUND_CONSTANTS,
  ROUNDS,
  SUM_0,
  SUM_1,
  turned,
} from "../../../../src/proofs/circuits/sha256/sha256-function.ts";
import type { Random } from "../../../chain/state/support/random.ts";
import { noblesBlock } from "../../../machine/support/primitives.ts";
import { limbsOfWords, randomWords } from "./blocks.ts";
import { type Cells, type Change, limbsOf, rowsOf, type Start } from "./forged-rows.ts";

/** A table that answers what is false, and the one constraint that refuses it. */
export interface Forgery {
  readonly refusedBy: string;
  readonly rows: readonly Cells[];
}

const LIMB = 2 ** LIMB_BITS;
/** (p − 1) / 2^16: so much more of a lower limb's carry is one more of the limb, modulo p. */
const AROUND = 32512;
const STATE = ["a", "b", "c", "d", "e", "f", "g", "h"] as const;

export const startOf = (random: Random): Start => ({ state: randomWords(random, 8), block: randomWords(random, 16) });

/** Whether some row answers what is not so, by another implementation. */
export function lies(rows: readonly Cells[]): boolean {
  return rows.some((row) => {
    if (row.uses === 0) return false;
    const { word0, word1, middle, word14, word15 } = row;
    const words = [...word0, ...limbsOf(word1), ...middle, ...limbsOf(word14), ...word15];
    const block = Array.from({ length: 16 }, (_, i) => words[2 * i]! + LIMB * words[2 * i + 1]!);
    const state = Array.from({ length: 8 }, (_, i) => row.input[ofWord(2 * i)]! + LIMB * row.input[ofWord(2 * i + 1)]!);
    return limbsOfWords(noblesBlock(state, block)).some((limb, i) => limb !== row.output[i]);
  });
}

/** The rows with the first one asked for, if they lie; undefined otherwise and where a sum has no carry in its bits. */
function forged(start: Start, change: Change, height = ROUNDS, others: readonly Start[] = []): Cells[] | undefined {
  try {
    const rows = asked(rowsOf(start, change, height, others));
    return lies(rows) ? rows : undefined;
  } catch (error) {
    if (error instanceof Error && error.message.startsWith("carry")) return undefined;
    throw error;
  }
}

function asked(rows: Cells[]): Cells[] {
  [rows[0]!.asked, rows[0]!.uses] = [1, 1];
  return rows;
}

/** The first forgery that some start and some row give. */
function search(random: Random, refusedBy: string, attempt: (start: Start, t: number) => Cells[] | undefined): Forgery {
  for (let tries = 0; tries < 400; tries++) {
    const rows = attempt(startOf(random), 2 + (tries % 38));
    if (rows !== undefined) return { refusedBy, rows };
  }
  throw new Error(`no rows that only '${refusedBy}' refuses were found`);
}

/** A change of one row, which answers false where the row has not what it needs. */
const at = (t: number, change: (row: Cells) => unknown): NonNullable<Change["before"]> => {
  return (row, round) => {
    if (round === t && change(row) === false) throw new Error("carry: this row has not what the change needs");
  };
};

/** Cells with other values than bits: of words, and of carries. */
export function* bitForgeries(random: Random): Generator<Forgery> {
  for (const name of ["a", "b", "c", "e", "f", "g", "word1", "word14"] as const)
    for (let i = 0; i < 32; i++)
      yield search(random, `${name}[${i}] is boolean`, (start, t) =>
        forged(start, { before: at(t, (row) => unbit(row[name], i)) }),
      );
  for (const [carries, result, width] of [
    ["carriesA", "newA", 3],
    ["carriesE", "newE", 3],
    ["carriesWord", "newWord", 2],
  ] as const)
    for (let i = 0; i < 2 * width; i++)
      yield search(random, `${carries}[${i}] is boolean`, (start, t) => {
        return forged(start, { behind: at(t, (row) => uncarry(row[result], row[carries], i, width)) });
      });
  for (let i = 0; i < 16; i++) yield search(random, `carriesOutput[${i}] is boolean`, (start) => wrongCarryOfOutput(start, i));
}

/** Writes the same number with a 2 and a 0 for a 0 and a 1, or with a half more above a 0 for a 1. */
function unbit(bits: number[], i: number): boolean {
  const isTop = i % LIMB_BITS === LIMB_BITS - 1;
  const other = isTop ? i - 1 : i + 1;
  if (bits[other] !== 1 || bits[i] !== 0) return false;
  bits[other] = 0;
  bits[i] = isTop ? 0.5 : 2;
  return true;
}

/** Writes another result for a false carry: any with an upper limb's, the limb and one with a lower one's. */
function uncarry(result: number[], carries: number[], i: number, width: number): boolean {
  const j = i % width;
  if (i >= width) {
    const change = 1 - 2 * (result[1]! % 2);
    result[1]! += change;
    carries[i]! -= change / LIMB / 2 ** j;
    return true;
  }
  const carry = carries.slice(width).reduce((sum, bit, k) => sum + bit * 2 ** k, 0);
  const upper = result[1]! + LIMB * carry + AROUND;
  if (result[0] === LIMB - 1 || upper >= LIMB * 2 ** width) return false;
  result[0]! += 1;
  carries[i]! += AROUND / 2 ** j;
  result[1] = upper % LIMB;
  for (let k = 0; k < width; k++) carries[width + k] = Math.floor(upper / LIMB / 2 ** k) % 2;
  return true;
}

function wrongCarryOfOutput(start: Start, i: number): Cells[] | undefined {
  const rows = asked(rowsOf(start));
  const [output, carries] = [[...rows[0]!.output], rows.at(-1)!.carriesOutput];
  const place = ofWord(i);
  if (i % 2 === 1) {
    const change = 1 - 2 * (output[place]! % 2);
    output[place]! += change;
    carries[i]! -= change / LIMB;
  } else {
    const upper = output[place + 1]! + LIMB * carries[i + 1]! + AROUND;
    if (output[place] === LIMB - 1 || upper >= 2 * LIMB) return undefined;
    output[place]! += 1;
    carries[i]! += AROUND;
    [output[place + 1], carries[i + 1]] = [upper % LIMB, Math.floor(upper / LIMB)];
  }
  for (const row of rows) row.output = output;
  return rows;
}

/** Other results of a round, of the schedule and after the last round; wrong continuations. */
export function* wordForgeries(random: Random): Generator<Forgery> {
  const one = (refusedBy: string, change: Change): Forgery => search(random, refusedBy, (start) => forged(start, change));
  const withRows = (refusedBy: string, change: (rows: Cells[]) => void): Forgery => {
    const rows = asked(rowsOf(startOf(random)));
    change(rows);
    return { refusedBy, rows };
  };
  for (let k = 0; k < 2; k++) {
    for (const [name, result] of [
      ["a", "newA"],
      ["e", "newE"],
      ["word", "newWord"],
    ] as const)
      yield one(`new ${name}, limb ${k}`, { behind: at(20, (row) => void (row[result][k]! ^= 1)) });
    for (let i = 0; i < 16; i++) yield one(`word ${i}, limb ${k}: moves on`, { before: at(20, (row) => flipWord(row, i, k)) });
  }
  for (let k = 0; k < 16; k++) {
    const word = STATE[k >> 1]!;
    yield one(`state ${k}: is the input at first`, { before: at(0, (row) => flip(row[word], k % 2)) });
    yield one(`state ${k}: continues`, { before: at(20, (row) => flip(row[word], k % 2)) });
    yield one(`input ${k}: stays`, { before: at(20, (row) => void (row.input[k]! ^= 1)) });
    yield withRows(`output ${k}: stays`, (rows) => {
      for (const row of rows.slice(0, 20)) row.output = row.output.with(k, row.output[k]! ^ 1);
    });
    yield withRows(`output ${k}`, (rows) => {
      for (const row of rows) row.output = row.output.with(ofWord(k), row.output[ofWord(k)]! ^ 1);
    });
  }
  yield withRows("asked only in the first round", ([, , row]) => ([row!.asked, row!.uses] = [1, 1]));
  yield withRows("answers only what is asked", ([, , row]) => (row!.uses = 1));
}

/** The lowest bit of a limb, of a word in bits or limbs. */
function flip(word: number[], k: number): void {
  word[word.length === 2 ? k : LIMB_BITS * k]! ^= 1;
}

function flipWord(row: Cells, i: number, k: number): void {
  if (i > 1 && i < 14) row.middle[2 * (i - 2) + k]! ^= 1;
  else flip(i === 0 ? row.word0 : i === 1 ? row.word1 : i === 14 ? row.word14 : row.word15, k);
}

/** Rounds of other numbers, constants of two rounds at once, and a block without its end. */
export function* orderForgeries(random: Random): Generator<Forgery> {
  for (let i = 0; i < ROUNDS; i++) {
    if (i > 0)
      yield search(random, `round ${i}: at first`, (start) => forged(start, { before: at(0, (row) => void (row.round[i] = 1)) }));
    const t = i === 10 ? 11 : 10;
    if (i > 0)
      yield search(random, `round ${i}: follows`, (start) => forged(start, { before: at(t, (row) => void (row.round[i] = 1)) }));
  }
  // A block may begin where the state is the input again: the message sees to that.
  yield search(random, "round 0: follows", ({ state, block }) =>
    forged(returning(state, block), { before: at(8, (row) => void (row.round[0] = 1)) }),
  );
  yield search(random, "the last round is the last row's", (start) => forged(start, {}, ROUNDS / 2));
}

/** The block with other first words, behind which the state is what it was before them. */
export function returning(state: readonly number[], block: readonly number[]): Start {
  const [a, b, c, d, ...rest] = state as [number, number, number, number, ...number[]];
  // The eight words a of the rounds so far, the last one first: e is d and what the round adds.
  const known = [a, b, c, d];
  const words: number[] = [];
  const sum = (...terms: readonly number[]): number => terms.reduce((total, term) => (total + term) >>> 0, 0);
  for (const e of rest) {
    const [own, first, second, third] = known.slice(-4) as [number, number, number, number];
    known.push(sum(e, -own, turned(first, SUM_0), majority(first, second, third)));
  }
  let now = [...state];
  for (let t = 0; t < 8; t++) {
    const [a0, b0, c0, d0, e0, f0, g0, h0] = now as [number, number, number, number, number, number, number, number];
    const added = sum(known[7 - t]!, -sum(turned(a0, SUM_0), majority(a0, b0, c0)));
    words.push(sum(added, -h0, -turned(e0, SUM_1), -((e0 & f0) ^ (~e0 & g0)), -ROUND_CONSTANTS[t]!));
    now = [known[7 - t]!, a0, b0, c0, sum(d0, added), e0, f0, g0];
  }
  return { state, block: [...words, ...block.slice(8)] };
}
