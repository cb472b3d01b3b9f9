import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import type { Expression } from "../../stark/constraints/expression.ts";
import type { FieldValues } from "../../stark/constraints/fields.ts";
import { ALU, WORD_RANGE } from "../buses.ts";
import { assertBoolean, element } from "../words/expressions.ts";
import { LIMB, LIMBS } from "../shapes/word.ts";
import { ROUND_CONSTANTS, ROUNDS, SCHEDULE_0, SCHEDULE_1, STATE_WORDS, SUM_0, SUM_1 } from "./sha256-function.ts";

/** Operation of the table on the bus alu: the code of the machine's instruction `sha256Block`. */
export const SHA256_OPERATION = 0xb7;

/** Bits and limbs of a word of SHA-256, and bits of a limb. */
export const BITS = 32;
export const WORD_LIMBS = 2;
export const LIMB_BITS = 16;
/** Words 2 to 13 of the schedule that a row has, of which it needs no bits, in limbs. */
const MIDDLE_LIMBS = 24;

/** One round a row. Columns that the row before reads come first. Bits and limbs are lowest first. */
export const SHA256_FIELDS = {
  /** 1 for the row's round. */
  round: ROUNDS,
  /** The state before the block and behind it, as words of the machine. */
  input: LIMBS,
  output: LIMBS,
  /** The state before the round; of d and h the round takes no bits. */
  a: BITS,
  b: BITS,
  c: BITS,
  d: WORD_LIMBS,
  e: BITS,
  f: BITS,
  g: BITS,
  h: WORD_LIMBS,
  /** The round's word of the schedule, and the fifteen behind it. */
  word0: WORD_LIMBS,
  word1: BITS,
  middle: MIDDLE_LIMBS,
  word14: BITS,
  word15: WORD_LIMBS,
  /** The state's a and e behind the round, and the word behind the sixteen. */
  newA: WORD_LIMBS,
  newE: WORD_LIMBS,
  newWord: WORD_LIMBS,
  /**
   * Carries of each limb's sums above 16 bits: three bits a limb of a and e, two of the word, one of the
   * output.
   */
  carriesA: 6,
  carriesE: 6,
  carriesWord: 4,
  carriesOutput: LIMBS,
  /** 1 if the block is requested, and the number of requests; 0 except in the first round. */
  asked: 1,
  uses: 1,
} as const;

type Columns = FieldValues<typeof SHA256_FIELDS, Expression>;
type Limbs = readonly Expression[];

/** The table of SHA-256's compression function: 64 rows a block. */
export function sha256Air(): Air {
  const b = new AirBuilder("sha256", 0);
  const columns = b.declare(SHA256_FIELDS);
  const { round, input, output, asked, uses } = columns;
  const [begins, ends] = [element(round, 0), element(round, ROUNDS - 1)];
  const goesOn = b.sub(b.constant(1), ends);
  assertOrder(b, round);
  assertBits(b, columns);
  const state = stateOf(b, columns);
  const words = scheduleOf(b, columns);
  for (const [name, limbs] of Object.entries({ input, output }))
    limbs.forEach((limb, k) => b.assertEqual(`${name} ${k}: stays`, "transition", b.next(limb), limb, goesOn));
  state.flat().forEach((limb, k) => {
    b.assertEqual(`state ${k}: is the input at first`, "everyRow", limb, element(input, ofWord(k)), begins);
  });
  assertRound(b, columns);
  assertSchedule(b, columns, words);
  assertNextState(b, columns, goesOn);
  assertOutput(b, columns, state);
  // Only of a whole block, and only what stands before its first round.
  b.assertZero("asked only in the first round", "everyRow", b.mul(asked, b.sub(b.constant(1), begins)));
  b.assertZero("answers only what is asked", "everyRow", b.mul(uses, b.sub(b.constant(1), asked)));
  b.send(WORD_RANGE, asked, { word: output });
  const message = (first: number): Expression[] =>
    Array.from({ length: LIMBS }, (_, limb) => element(words.slice(first, first + STATE_WORDS).flat(), ofWord(limb)));
  b.receive(ALU, uses, {
    operation: b.constant(SHA256_OPERATION),
    a: input,
    b: message(0),
    c: message(STATE_WORDS),
    d: output,
  });
  return b.build();
}

/** Rounds follow each other, from the first in the first row to the last in the last one: so no block is cut. */
function assertOrder(b: AirBuilder, round: Limbs): void {
  round.forEach((flag, i) => {
    // Round 0 is the first row's since the last one's is the last row's.
    if (i > 0) b.assertZero(`round ${i}: at first`, "firstRow", flag);
    b.assertEqual(`round ${i}: follows`, "transition", b.next(flag), element(round, (i + ROUNDS - 1) % ROUNDS));
  });
  b.assertEqual("the last round is the last row's", "lastRow", element(round, ROUNDS - 1), b.constant(1));
}

function assertBits(b: AirBuilder, columns: Columns): void {
  const { a, b: second, c, e, f, g, word1, word14, carriesA, carriesE, carriesWord, carriesOutput, asked } = columns;
  assertBoolean(b, { a, b: second, c, e, f, g, word1, word14, carriesA, carriesE, carriesWord, carriesOutput, asked });
}

/** The state before the round, word by word, a first. */
function stateOf(b: AirBuilder, { a, b: second, c, d, e, f, g, h }: Columns): Limbs[] {
  return [limbsOf(b, a), limbsOf(b, second), limbsOf(b, c), d, limbsOf(b, e), limbsOf(b, f), limbsOf(b, g), h];
}

/** The sixteen words of the schedule that a row has. */
function scheduleOf(b: AirBuilder, { word0, word1, middle, word14, word15 }: Columns): Limbs[] {
  const between = Array.from({ length: MIDDLE_LIMBS / WORD_LIMBS }, (_, i) => middle.slice(WORD_LIMBS * i, WORD_LIMBS * (i + 1)));
  return [word0, limbsOf(b, word1), ...between, limbsOf(b, word14), word15];
}

/** Section 6.2.2, step 3: the new a and e, limb by limb. */
function assertRound(b: AirBuilder, columns: Columns): void {
  const { round, a, b: second, c, d, e, f, g, h, word0, newA, newE, carriesA, carriesE } = columns;
  const constants = [0, 1].map((k) =>
    b.add(...round.map((flag, t) => b.scale(flag, ((ROUND_CONSTANTS[t] ?? 0) >>> (LIMB_BITS * k)) % LIMB))),
  );
  const sum0 = limbsOf(
    b,
    xorOf(
      b,
      SUM_0.map((by) => turned(a, by)),
    ),
  );
  const sum1 = limbsOf(
    b,
    xorOf(
      b,
      SUM_1.map((by) => turned(e, by)),
    ),
  );
  const choice = limbsOf(
    b,
    e.map((bit, i) => b.add(element(g, i), b.mul(bit, b.sub(element(f, i), element(g, i))))),
  );
  const majority = limbsOf(
    b,
    a.map((bit, i) => {
      const [p, q] = [element(second, i), element(c, i)];
      const both = b.mul(p, q);
      return b.add(both, b.mul(bit, b.sub(b.add(p, q), b.scale(both, 2))));
    }),
  );
  const own = [0, 1].map((k) => b.add(...[h, sum1, choice, constants, word0].map((limbs) => element(limbs, k))));
  assertSum(
    b,
    "a",
    newA,
    carriesA,
    own.map((limb, k) => b.add(limb, element(sum0, k), element(majority, k))),
  );
  assertSum(
    b,
    "e",
    newE,
    carriesE,
    own.map((limb, k) => b.add(limb, element(d, k))),
  );
}

/** Section 6.2.2, step 1: the word behind the sixteen; and each word moves on by one place from round to round. */
function assertSchedule(b: AirBuilder, columns: Columns, words: readonly Limbs[]): void {
  const { round, word0, word1, word14, newWord, carriesWord } = columns;
  const [small0, small1] = [shifted(b, word1, SCHEDULE_0), shifted(b, word14, SCHEDULE_1)];
  const sums = [0, 1].map((k) => b.add(...[small1, element(words, 9), small0, word0].map((limbs) => element(limbs, k))));
  assertSum(b, "word", newWord, carriesWord, sums);
  const goesOn = b.sub(b.constant(1), element(round, ROUNDS - 1));
  const next = nextWords(b, columns);
  [...words.slice(1), newWord].forEach((limbs, i) => {
    limbs.forEach((limb, k) => {
      b.assertEqual(`word ${i}, limb ${k}: moves on`, "transition", element(element(next, i), k), limb, goesOn);
    });
  });
}

function nextWords(b: AirBuilder, columns: Columns): Limbs[] {
  const { word0, word1, middle, word14, word15 } = columns;
  const next = (list: Limbs): Expression[] => list.map((column) => b.next(column));
  return scheduleOf(b, {
    ...columns,
    word0: next(word0),
    word1: next(word1),
    middle: next(middle),
    word14: next(word14),
    word15: next(word15),
  });
}

/** The state's words move on by one place; a and e are new. */
function assertNextState(b: AirBuilder, columns: Columns, goesOn: Expression): void {
  const { a, b: second, c, d, e, f, g, h, newA, newE } = columns;
  const next = (list: Limbs): Expression[] => list.map((column) => b.next(column));
  const after = stateOf(b, {
    ...columns,
    a: next(a),
    b: next(second),
    c: next(c),
    d: next(d),
    e: next(e),
    f: next(f),
    g: next(g),
    h: next(h),
  });
  behind(stateOf(b, columns), newA, newE).forEach((limbs, i) => {
    limbs.forEach((limb, k) => {
      const name = `state ${WORD_LIMBS * i + k}: continues`;
      b.assertEqual(name, "transition", element(element(after, i), k), limb, goesOn);
    });
  });
}

/** Section 6.2.2, step 4: behind the last round the input is added, word by word. */
function assertOutput(
  b: AirBuilder,
  { round, input, output, newA, newE, carriesOutput }: Columns,
  state: readonly Limbs[],
): void {
  behind(state, newA, newE)
    .flat()
    .forEach((limb, k) => {
      const at = ofWord(k);
      const carried = k % WORD_LIMBS === 0 ? b.constant(0) : element(carriesOutput, k - 1);
      const sum = b.add(limb, element(input, at), carried);
      const whole = b.add(element(output, at), b.scale(element(carriesOutput, k), LIMB));
      b.assertEqual(`output ${k}`, "everyRow", whole, sum, element(round, ROUNDS - 1));
    });
}

/** The state behind a round. */
function behind(state: readonly Limbs[], newA: Limbs, newE: Limbs): Limbs[] {
  return [newA, ...state.slice(0, 3), newE, ...state.slice(4, 7)];
}

/**
 * Asserts for both limbs that they and their carries form the sum, and that the lower limb's carry is added
 * to the upper one.
 */
function assertSum(b: AirBuilder, name: string, result: Limbs, carries: Limbs, sums: Limbs): void {
  const perLimb = carries.length / WORD_LIMBS;
  const carried = (k: number): Expression =>
    b.add(...Array.from({ length: perLimb }, (_, i) => b.scale(element(carries, perLimb * k + i), 2 ** i)));
  sums.forEach((sum, k) => {
    const whole = b.add(element(result, k), b.scale(carried(k), LIMB));
    b.assertEqual(`new ${name}, limb ${k}`, "everyRow", whole, k === 0 ? sum : b.add(sum, carried(k - 1)));
  });
}

/** Position in the machine's word of a limb of eight words, the first word and its lowest limb first. */
export function ofWord(limb: number): number {
  return LIMBS - WORD_LIMBS - (limb - (limb % WORD_LIMBS)) + (limb % WORD_LIMBS);
}

/** Limbs formed by bits. */
function limbsOf(b: AirBuilder, bits: Limbs): Expression[] {
  return [0, 1].map((k) =>
    b.add(...Array.from({ length: LIMB_BITS }, (_, i) => b.scale(element(bits, LIMB_BITS * k + i), 2 ** i))),
  );
}

/** Bits rotated to the right. */
function turned(bits: Limbs, by: number): Limbs {
  return bits.map((_, i) => element(bits, (i + by) % BITS));
}

/** σ0 and σ1 in limbs. */
function shifted(b: AirBuilder, bits: Limbs, [i, j, by]: readonly [number, number, number]): Expression[] {
  const zeros = Array.from({ length: by }, () => b.constant(0));
  return limbsOf(b, xorOf(b, [turned(bits, i), turned(bits, j), [...bits.slice(by), ...zeros]]));
}

/** Bit by bit. */
function xorOf(b: AirBuilder, [first, ...others]: readonly Limbs[]): Limbs {
  return others.reduce<Limbs>(
    (sum, bits) => sum.map((p, i) => b.sub(b.add(p, element(bits, i)), b.scale(b.mul(p, element(bits, i)), 2))),
    first ?? [],
  );
}
