import { inv, P } from "../../../field/koala-bear.ts";
import { MDS_FIRST_ROW, WIDTH } from "../../poseidon.ts";
import type { FunctionBuilder, Local } from "../assembler/function-builder.ts";
import { i32x4, v128 } from "../assembler/values.ts";
import { type FieldLanes, halves, SHIFT_OFFSET } from "./field-lanes.ts";

const HALF_WIDTH = WIDTH / 2;
/** The entries of a row add up to this. */
const ROW_SUM = MDS_FIRST_ROW.reduce((sum, entry) => sum + entry, 0);

/** Additional factor of the matrix: it is twice the matrix, by 2^−16. */
export const MATRIX_SCALE = inv(2 ** 15);
/** Maximum of its results: 742 (p − 1) in units of 2^16 is 24,123,904. */
export const MAX_MATRIX_RESULT = 24_200_000;

/** Eight numbers in signed halves of 16 bits, two neighbours to a word. */
interface Halves {
  readonly high: Local[];
  readonly low: Local[];
}

/** Two neighbouring entries of a matrix; `offset` is the distance of the first from the diagonal. */
interface Factor {
  readonly offset: number;
  readonly entries: Local;
}

/** A matrix of eight rows that has the same entries along each diagonal. */
interface Toeplitz {
  /** Factors by the parity of their columns, which is that of their rows if pairs begin at even ones. */
  readonly factors: readonly [even: readonly Factor[], odd: readonly Factor[]];
  /** Initial values of each row's high and low halves. */
  readonly added?: { readonly high: Local; readonly low: Local };
}

/** On a state in place, of which `elementAt` gives each element once, canonical. */
type ApplyMatrix = (state: readonly Local[], elementAt: (i: number) => Local) => void;

/**
 * The MDS matrix in integers, with a quarter fewer products. It is circulant, so with x = (a, b) in halves of eight elements its
 * result is (u + v, u − v) / 2, where u is another circulant of a + b, and v one of a − b whose entries change their sign
 * where they wrap round: the Chinese remainder theorem for X^16 − 1 = (X^8 − 1)(X^8 + 1).
 *
 * An element is high·2^16 + low with signed halves of 16 bits, and one instruction multiplies the halves of two elements by two
 * entries and adds. So that its halves fit too, a + b is taken less p, and u gets p back once for each entry that it is
 * multiplied by: u ± v is then twice a row's sum in integers, even, and not negative. The entries of a row add up to 371, so
 * neither exceeds 2^25 in high or in low halves. Where elements are given as `beyond` more than they are, below 2^14, u is less
 * by what that makes, at most 2^24. The high halves of u have `SHIFT_OFFSET` besides.
 *
 * The result is between −p and `MAX_MATRIX_RESULT`.
 */
export function prepareMatrix(f: FunctionBuilder, lanes: FieldLanes, beyond = 0): ApplyMatrix {
  const split = prepareSplit(f);
  const made = 2 * ROW_SUM * beyond;
  const [madeHigh, madeLow] = [Math.floor(made / 2 ** 16), made % 2 ** 16];
  const sums: Toeplitz = {
    factors: factorsOf(f, sumEntry),
    added: {
      high: f.let(v128.const32(ROW_SUM * (P >>> 16) + SHIFT_OFFSET - madeHigh)),
      low: f.let(v128.const32(ROW_SUM * (P & 0xffff) - madeLow)),
    },
  };
  const differences: Toeplitz = { factors: factorsOf(f, differenceEntry) };
  return (state, elementAt) => {
    const [u, v]: [Halves, Halves] = [
      { high: [], low: [] },
      { high: [], low: [] },
    ];
    for (let i = 0; i < HALF_WIDTH; i += 2) {
      const [a, nextA] = [elementAt(i), elementAt(i + 1)];
      const [b, nextB] = [elementAt(i + HALF_WIDTH), elementAt(i + 1 + HALF_WIDTH)];
      split(u, f.let(lanes.addLessP(a, b)), f.let(lanes.addLessP(nextA, nextB)));
      split(v, f.let(i32x4.sub(a, b)), f.let(i32x4.sub(nextA, nextB)));
    }
    for (const parity of [0, 1] as const) {
      const [high, low] = (["high", "low"] as const).map((half) => {
        const [ofU, ofV] = [rowsOf(f, sums, parity, u, half), rowsOf(f, differences, parity, v, half)];
        return ofU.map((x, i) => {
          const y = ofV[i] ?? x;
          return { sum: f.let(i32x4.add(x, y)), difference: f.let(i32x4.sub(x, y)) };
        });
      });
      high?.forEach((ofHigh, i) => {
        const [row, ofLow] = [2 * i + parity, low?.[i] ?? ofHigh];
        f.set(elementOf(state, row), lanes.shiftedHalves(ofHigh.sum, ofLow.sum));
        f.set(elementOf(state, row + HALF_WIDTH), lanes.shiftedHalves(ofHigh.difference, ofLow.difference));
      });
    }
  };
}

/** Throws RangeError where a state is too short. */
export function elementOf(state: readonly Local[], i: number): Local {
  const x = state[i];
  if (x === undefined) throw new RangeError(`the state has no element ${i}`);
  return x;
}

/** Rows 0, 2, 4, 6 or 1, 3, 5, 7. Each factor is taken once for all of them. */
function rowsOf(f: FunctionBuilder, { factors, added }: Toeplitz, parity: 0 | 1, numbers: Halves, half: keyof Halves): Local[] {
  const rows: Local[] = [];
  for (const { offset, entries } of factors[parity]) {
    for (const [j, pair] of numbers[half].entries()) {
      const row = 2 * j - offset;
      if (row < 0 || row >= HALF_WIDTH) continue;
      const product = i32x4.dot16(pair, entries);
      const i = (row - parity) / 2;
      const before = rows[i] ?? added?.[half];
      rows[i] = f.let(before === undefined ? product : i32x4.add(before, product));
    }
  }
  return rows;
}

/** An entry of a matrix by its place right of the diagonal, from −7 to 7. */
type EntryAt = (offset: number) => number;

const entryOfRow = (offset: number): number => MDS_FIRST_ROW[(offset + WIDTH) % WIDTH] ?? 0;
const sumEntry: EntryAt = (offset) => entryOfRow(offset) + entryOfRow(offset + HALF_WIDTH);
const differenceEntry: EntryAt = (offset) => entryOfRow(offset) - entryOfRow(offset + HALF_WIDTH);

function factorsOf(f: FunctionBuilder, entryAt: EntryAt): Toeplitz["factors"] {
  const factorAt = (offset: number): Factor => {
    return { offset, entries: f.let(v128.const32(halves(entryAt(offset + 1), entryAt(offset)))) };
  };
  const offsets = Array.from({ length: 2 * HALF_WIDTH - 2 }, (_, i) => i + 1 - HALF_WIDTH);
  const isEven = (offset: number): boolean => offset % 2 === 0;
  return [offsets.filter(isEven).map(factorAt), offsets.filter((offset) => !isEven(offset)).map(factorAt)];
}

/** Appends two neighbours, −p ≤ x < p. */
function prepareSplit(f: FunctionBuilder): (to: Halves, x: Local, next: Local) => void {
  const lowHalf = f.let(v128.const32(0xffff));
  const highHalf = f.let(v128.const32(0xffff0000));
  const rounding = f.let(v128.const32(0x8000));
  return ({ high, low }, x, next) => {
    low.push(f.let(v128.or(v128.and(x, lowHalf), i32x4.shl(next, 16))));
    high.push(f.let(v128.or(i32x4.shru(i32x4.add(x, rounding), 16), v128.and(i32x4.add(next, rounding), highHalf))));
  };
}
