import { FIELD_MODULUS } from "./digest.ts";
import { keyBlock, updateHead, type DiffEntry } from "./diff-list.ts";
import { toLimbs } from "./word.ts";

/** An element of KoalaBear[X] / (X⁵ + X² − 1): five canonical coordinates, constant term first. */
export type Quintic = readonly [number, number, number, number, number];

/** The point of a batch whose data is not on L1: the evaluation there is the entry count. */
export const OFF_CHAIN_POINT: Quintic = [0, 0, 0, 0, 0];

/** Cells of a block: three coefficients of five coordinates. */
const BLOCK_CELLS = 15;

/**
 * The coefficients that an entry adds to the list's polynomial, highest first: six for an update, nine for an insertion.
 * They are cut from blocks of 15 cells. A value's limb 0 is the last cell of the block before the value's.
 */
export function entryCoefficients(entry: DiffEntry): Quintic[] {
  const [first = 0, ...value] = toLimbs(entry.value);
  return [...nameBlocks(entry, first), value].flatMap(coefficientsOf);
}

/** The blocks before an entry's value, the last of which ends with `last`. */
function nameBlocks(entry: DiffEntry, last: number): number[][] {
  if (entry.type === "update") {
    const [tag = 0, indexLow = 0, indexHigh = 0] = updateHead(entry);
    return [[0, 0, tag, 0, 0, indexLow, 0, 0, indexHigh, 0, 0, 0, 0, 0, last]];
  }
  const [tag = 0, kind = 0, ...limbs] = keyBlock(entry.leafKind, entry.address, entry.slot);
  const ofFirstBlock = BLOCK_CELLS - 1;
  return [
    [tag + kind, ...limbs.slice(0, ofFirstBlock)],
    [...limbs.slice(ofFirstBlock, ofFirstBlock + BLOCK_CELLS - 1), last],
  ];
}

/** Coefficient j of a block has cells j, j + 3, … j + 12 as coordinates. */
function coefficientsOf(cells: readonly number[]): Quintic[] {
  return [0, 1, 2].map((j) => [cells[j] ?? 0, cells[j + 3] ?? 0, cells[j + 6] ?? 0, cells[j + 9] ?? 0, cells[j + 12] ?? 0]);
}

/**
 * y: the polynomial whose coefficients are those of all entries, first one highest, then the entry count as the constant
 * term, at the point. Different lists have different polynomials (docs/protocol.md §2).
 */
export function evaluateDiffList(entries: readonly DiffEntry[], point: Quintic): Quintic {
  return evaluateCoefficients([...entries.flatMap(entryCoefficients), [entries.length, 0, 0, 0, 0]], point);
}

/** The polynomial with these coefficients, the highest first, at the point. */
export function evaluateCoefficients(coefficients: readonly Quintic[], point: Quintic): Quintic {
  const high = point.map((x) => x >>> 16);
  const low = point.map((x) => x & 0xffff);
  let sum: Quintic = [0, 0, 0, 0, 0];
  for (const [c0, c1, c2, c3, c4] of coefficients) {
    const [h0, h1, h2, h3, h4] = multiply(sum, high);
    const [l0, l1, l2, l3, l4] = multiply(sum, low);
    sum = [join(h0, l0 + c0), join(h1, l1 + c1), join(h2, l2 + c2), join(h3, l3 + c3), join(h4, l4 + c4)];
  }
  return sum;
}

/** Product modulo X⁵ + X² − 1 over the integers. Domain: a below 2^31, b below 2^16; results within ± 2^51. */
function multiply([a0, a1, a2, a3, a4]: Quintic, b: readonly number[]): Quintic {
  const [b0 = 0, b1 = 0, b2 = 0, b3 = 0, b4 = 0] = b;
  const p5 = a1 * b4 + a2 * b3 + a3 * b2 + a4 * b1;
  const p6 = a2 * b4 + a3 * b3 + a4 * b2;
  const p7 = a3 * b4 + a4 * b3;
  const p8 = a4 * b4;
  // X⁵ = 1 − X², hence X⁶ = X − X³, X⁷ = X² − X⁴ and X⁸ = X³ − X⁵ = X³ + X² − 1.
  return [
    a0 * b0 + p5 - p8,
    a0 * b1 + a1 * b0 + p6,
    a0 * b2 + a1 * b1 + a2 * b0 - p5 + p7 + p8,
    a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0 - p6 + p8,
    a0 * b4 + a1 * b3 + a2 * b2 + a3 * b1 + a4 * b0 - p7,
  ];
}

/** The canonical element of high · 2^16 + low. Domain: both within ± 2^51, so that the sum is exact in a double. */
function join(high: number, low: number): number {
  const rest = ((high % FIELD_MODULUS) * 0x10000 + low) % FIELD_MODULUS;
  return rest < 0 ? rest + FIELD_MODULUS : rest;
}
