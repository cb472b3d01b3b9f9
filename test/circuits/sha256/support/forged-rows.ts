import { BITS, LIMB_BITS, ofWord, SHA256_FIELDS } from "../../../../src/proofs/circuits/sha256/sha256-air.ts";
import {
  ROUND_CONSTANTS,
  ROUNDS,
  SCHEDULE_0,
  SCHEDULE_1,
  SUM_0,
  SUM_1,
} from "../../../../src/proofs/circuits/sha256/sha256-function.ts";
import { inv, mul } from "../../../../src/proofs/field/koala-bear.ts";
import { fieldElements, type FieldValues } from "../../../../src/proofs/stark/constraints/fields.ts";
import { canonical } from "../../arithmetic/support/judge.ts";

type Numbers = readonly number[];
type Writable<T> = { -readonly [K in keyof T]: T[K] extends Numbers ? number[] : T[K] };

/** Cells of a row; they may be negative, and other numbers than bits or limbs. */
export type Cells = Writable<FieldValues<typeof SHA256_FIELDS, number>>;

/** Changes of a forger: cells of a row before the round's results are computed, and these results. */
export interface Change {
  readonly before?: (row: Cells, t: number) => void;
  readonly behind?: (row: Cells, t: number) => void;
}

export interface Start {
  /** Eight words, and sixteen. */
  readonly state: Numbers;
  readonly block: Numbers;
}

const LIMB = 2 ** LIMB_BITS;

/**
 * Rows of a table, from the function's definition and for any cells: each row follows from its predecessor by the rules for
 * unchanged rows. A row of round 0 begins another block; it has the state and block of the columns, or of `others`.
 */
export function rowsOf({ state, block }: Start, change: Change = {}, height = ROUNDS, others: readonly Start[] = []): Cells[] {
  const rows: Cells[] = [];
  const more = [...others];
  let row = firstRow(state, block);
  let began = 0;
  for (let t = 0; t < height; t++) {
    change.before?.(row, t);
    complete(row);
    change.behind?.(row, t);
    rows.push(row);
    const isLast = row.round[ROUNDS - 1] !== 0;
    if (isLast) {
      for (const each of rows.slice(began)) if (each.output.length === 0) each.output = outputOf(row);
      row.carriesOutput = carriesOf(row);
      began = t + 1;
    }
    const round = row.round.map((_, i) => row.round[(i + ROUNDS - 1) % ROUNDS]!);
    const next = isLast ? more.shift() : undefined;
    row = isLast && next !== undefined ? firstRow(next.state, next.block) : isLast ? firstRow(state, block) : following(row);
    row.round = round;
  }
  // A block that does not end has any output.
  for (const each of rows) if (each.output.length === 0) each.output = new Array<number>(16).fill(7);
  return rows;
}

function firstRow(state: Numbers, block: Numbers): Cells {
  const [a, b, c, d, e, f, g, h] = state as [number, number, number, number, number, number, number, number];
  const input: number[] = [];
  state.flatMap(limbs).forEach((limb, k) => (input[ofWord(k)] = limb));
  return {
    ...{ round: Array.from({ length: ROUNDS }, (_, i) => (i === 0 ? 1 : 0)), input, output: [] },
    ...{ a: bits(a), b: bits(b), c: bits(c), d: limbs(d), e: bits(e), f: bits(f), g: bits(g), h: limbs(h) },
    ...{ word0: limbs(block[0]!), word1: bits(block[1]!), middle: block.slice(2, 14).flatMap(limbs) },
    ...{ word14: bits(block[14]!), word15: limbs(block[15]!) },
    ...{ newA: [], newE: [], newWord: [], carriesA: [], carriesE: [], carriesWord: [] },
    ...{ carriesOutput: new Array<number>(16).fill(0), asked: 0, uses: 0 },
  };
}

/** Row after one whose block continues. */
function following(row: Cells): Cells {
  return {
    ...{ round: [], input: [...row.input], output: [] },
    ...{ a: bitsOf(row.newA), b: bitsOf(limbsOf(row.a)), c: bitsOf(limbsOf(row.b)), d: limbsOf(row.c) },
    ...{ e: bitsOf(row.newE), f: bitsOf(limbsOf(row.e)), g: bitsOf(limbsOf(row.f)), h: limbsOf(row.g) },
    ...{ word0: limbsOf(row.word1), word1: bitsOf(row.middle.slice(0, 2)) },
    ...{ middle: [...row.middle.slice(2), ...limbsOf(row.word14)], word14: bitsOf(row.word15), word15: [...row.newWord] },
    ...{ newA: [], newE: [], newWord: [], carriesA: [], carriesE: [], carriesWord: [] },
    ...{ carriesOutput: new Array<number>(16).fill(0), asked: 0, uses: 0 },
  };
}

/** The results of a round. */
function complete(row: Cells): void {
  const { round, a, b, c, d, e, f, g, h, word0, word1, middle, word14 } = row;
  const constants = [0, 1].map((k) =>
    round.reduce((sum, flag, t) => sum + flag * (Math.floor(ROUND_CONSTANTS[t]! / LIMB ** k) % LIMB), 0),
  );
  const choice = limbsOf(e.map((bit, i) => g[i]! + bit * (f[i]! - g[i]!)));
  const majority = limbsOf(a.map((bit, i) => bit * b[i]! + bit * c[i]! + b[i]! * c[i]! - 2 * bit * b[i]! * c[i]!));
  const own = [h, sumOf(e, SUM_1), choice, constants, word0];
  [row.newA, row.carriesA] = added([...own, sumOf(a, SUM_0), majority], 3);
  [row.newE, row.carriesE] = added([...own, d], 3);
  const small = [shiftedSum(word14, SCHEDULE_1), shiftedSum(word1, SCHEDULE_0)];
  [row.newWord, row.carriesWord] = added([...small, middle.slice(14, 16), word0], 2);
}

/** Limbs of a sum of words in limbs, and the bits of their carries. */
function added(words: readonly Numbers[], width: number): [number[], number[]] {
  const result: number[] = [];
  const carries: number[] = [];
  let carry = 0;
  for (let k = 0; k < 2; k++) {
    const sum = words.reduce((total, word) => total + word[k]!, carry);
    carry = Math.floor(sum / LIMB);
    if (carry < 0 || carry >= 2 ** width) throw new Error(`carry ${carry} has no place: choose another start`);
    result.push(sum - LIMB * carry);
    for (let i = 0; i < width; i++) carries.push(Math.floor(carry / 2 ** i) % 2);
  }
  return [result, carries];
}

/** Sums of the last round's row: the input and the state after the round. */
function sumsOf(row: Cells): number[] {
  const behind = [
    row.newA,
    limbsOf(row.a),
    limbsOf(row.b),
    limbsOf(row.c),
    row.newE,
    limbsOf(row.e),
    limbsOf(row.f),
    limbsOf(row.g),
  ];
  const sums: number[] = [];
  behind.flat().forEach((limb, k) => {
    const carried = k % 2 === 0 ? 0 : Math.floor(sums[k - 1]! / LIMB);
    sums.push(limb + row.input[ofWord(k)]! + carried);
  });
  return sums;
}

export function outputOf(row: Cells): number[] {
  const output: number[] = [];
  sumsOf(row).forEach((sum, k) => (output[ofWord(k)] = sum % LIMB));
  return output;
}

function carriesOf(row: Cells): number[] {
  return sumsOf(row).map((sum) => Math.floor(sum / LIMB));
}

const limbs = (word: number): number[] => [word % LIMB, Math.floor(word / LIMB)];
const bits = (word: number): number[] => bitsOf(limbs(word));

/** Bits of limbs; the highest one of a limb has all that is above. */
export function bitsOf(word: Numbers): number[] {
  return word.flatMap((limb) =>
    Array.from({ length: LIMB_BITS }, (_, i) =>
      i === LIMB_BITS - 1 ? Math.floor(limb / 2 ** i) : Math.floor(limb / 2 ** i) % 2,
    ),
  );
}

export function limbsOf(word: Numbers): number[] {
  return [0, 1].map((k) => word.slice(LIMB_BITS * k, LIMB_BITS * (k + 1)).reduce((sum, bit, i) => sum + bit * 2 ** i, 0));
}

const xor = (p: number, q: number): number => p + q - 2 * p * q;
const turn = (word: Numbers, by: number): number[] => word.map((_, i) => word[(i + by) % BITS]!);

function sumOf(word: Numbers, [i, j, k]: readonly [number, number, number]): number[] {
  const [p, q, r] = [turn(word, i), turn(word, j), turn(word, k)];
  return limbsOf(p.map((bit, at) => xor(xor(bit, q[at]!), r[at]!)));
}

function shiftedSum(word: Numbers, [i, j, k]: readonly [number, number, number]): number[] {
  const [p, q, r] = [turn(word, i), turn(word, j), [...word.slice(k), ...new Array<number>(k).fill(0)]];
  return limbsOf(p.map((bit, at) => xor(xor(bit, q[at]!), r[at]!)));
}

/** The columns of some rows. Cells are integers, or such divided by a power of two. */
export function toColumns(rows: readonly Cells[]): Uint32Array[] {
  const lists = rows.map((row) => fieldElements<typeof SHA256_FIELDS, number>("sha256", SHA256_FIELDS, row));
  return lists[0]!.map((_, c) => Uint32Array.from(lists, (list) => elementOf(list[c]!)));
}

const PARTS = 2 ** 20;
const PART = inv(PARTS);

function elementOf(value: number): number {
  return Number.isInteger(value) ? canonical(value) : mul(canonical(value * PARTS), PART);
}
