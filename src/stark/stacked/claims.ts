import type { Ext, ExtensionField } from "../../field/extension.ts";
import { LOG_PARTS } from "../../kernels/stack-layout.ts";
import { powerOfTwo } from "../systems/evaluate.ts";
import type { StackShape } from "../systems/stack-shape.ts";

/*
 * All opened values as one claim about the stack Q, a function of places. With v_i the value of column i at its point, v′_i at
 * its next point, o_i its place, and challenges δ and α_k, one for each bit k of places:
 *
 *     τ_i = Π α_k over the bits k of o_i          σ = Σ τ_i·v_i + δ·Σ τ_i·v′_i
 *     W(o_i + k) = τ_i·(z_i^k + [opened at the next row]·δ·(g_i·z_i)^k), zero elsewhere
 *
 * σ = Σ_x Q(x)·W(x) exactly when the values are those of the columns, but for few challenges. A column's place is a multiple of
 * its length, so the products τ_i are of different challenges for any two columns. W's multilinear extension is found by
 * ranges of columns: of a range, the bits of a row and those of a column's number are independent of each other.
 */

/** The challenges that make one claim of all values. */
export interface BatchChallenges {
  /** δ: weight of values at the next row. */
  readonly next: Ext;
  /** α_k by bit of a place, from `lowestBit` on: no column is shorter. */
  readonly bits: readonly Ext[];
  readonly lowestBit: number;
}

/** z and g·z, the points of a column of the tallest height. */
interface OpenedPoints {
  readonly point: Ext;
  readonly nextPoint: Ext;
  /** log2 of the tallest height. */
  readonly tallest: number;
}

/** How many bits of places have a challenge. */
export function batchedBits({ logStack, logWidth }: Pick<StackShape, "logStack" | "logWidth">, lowestBit: number): number {
  return logStack + logWidth - lowestBit;
}

/** τ of places, each computed once. */
export function placeWeights(field: ExtensionField, { bits, lowestBit }: BatchChallenges): (place: number) => Ext {
  const known = new Map<number, Ext>([[0, field.one]]);
  const weigh = (place: number): Ext => {
    const found = known.get(place);
    if (found !== undefined) return found;
    const lowest = place & -place;
    const challenge = bits[Math.log2(lowest) - lowestBit];
    if (challenge === undefined) throw new Error(`no challenge for the lowest bit of place ${place}`);
    const weight = field.mul(weigh(place - lowest), challenge);
    known.set(place, weight);
    return weight;
  };
  return weigh;
}

/** σ. `atNext` holds the values at the next row, in the order of their columns in the blocks. */
export function claimedSum(
  field: ExtensionField,
  stack: StackShape,
  nextWidths: readonly number[],
  openings: { readonly atPoint: readonly Ext[]; readonly atNext: readonly Ext[] },
  challenges: BatchChallenges,
): Ext {
  const weigh = placeWeights(field, challenges);
  let [atPoint, atNext] = [field.zero, field.zero];
  let [column, nextColumn] = [0, 0];
  stack.places.forEach((places, block) => {
    places.forEach((place, i) => {
      const weight = weigh(place);
      atPoint = field.add(atPoint, field.mul(weight, valueAt(openings.atPoint, column++)));
      if (i >= (nextWidths[block] ?? 0)) return;
      atNext = field.add(atNext, field.mul(weight, valueAt(openings.atNext, nextColumn++)));
    });
  });
  return field.add(atPoint, field.mul(challenges.next, atNext));
}

/**
 * The point that the rounds lead to, by bits of a place. Rounds take the bits of a part first, then those of the stack column,
 * then those of the row that are left, each lowest first.
 */
export function roundPoint({ logStack, logWidth }: StackShape, rounds: readonly Ext[]): Ext[] {
  const [parts, columns] = [rounds.slice(0, LOG_PARTS), rounds.slice(LOG_PARTS, LOG_PARTS + logWidth)];
  const rows = rounds.slice(LOG_PARTS + logWidth);
  if (rows.length !== logStack - LOG_PARTS) throw new Error(`${rounds.length} rounds for 2^${logStack + logWidth} places`);
  return [...parts, ...rows, ...columns];
}

/** The multilinear extension of W at a point, by bits of a place. */
export function weightAt(
  field: ExtensionField,
  { ranges }: StackShape,
  points: OpenedPoints,
  challenges: BatchChallenges,
  at: readonly Ext[],
): Ext {
  const { lowestBit } = challenges;
  // By bit: what a place without it and one with it contribute.
  const bits = challenges.bits.map((challenge, k): readonly [Ext, Ext] => {
    const r = valueAt(at, lowestBit + k);
    return [field.sub(field.one, r), field.mul(r, challenge)];
  });
  const rows = new Map<number, readonly [Ext, Ext]>();
  let sum = field.zero;
  for (const { logRows, first, count, nextCount } of ranges) {
    const high = bits.slice(logRows - lowestBit);
    const before = weightBelow(field, high, first);
    const ofRange = (length: number): Ext => field.sub(weightBelow(field, high, first + length), before);
    const [atPoint, atNext] = rows.get(logRows) ?? [
      rowWeight(field, points.point, points.tallest, logRows, at),
      rowWeight(field, points.nextPoint, points.tallest, logRows, at),
    ];
    rows.set(logRows, [atPoint, atNext]);
    sum = field.add(sum, field.mul(atPoint, ofRange(count)));
    if (nextCount > 0) sum = field.add(sum, field.mul(challenges.next, field.mul(atNext, ofRange(nextCount))));
  }
  return sum;
}

/** Π over the bits k of a row of (1 − r_k + r_k·y^(2^k)), y the point of columns of 2^logRows coefficients. */
function rowWeight(field: ExtensionField, point: Ext, tallest: number, logRows: number, at: readonly Ext[]): Ext {
  let power = powerOfTwo(field, point, tallest - logRows);
  let product = field.one;
  for (let k = 0; k < logRows; k++) {
    const r = valueAt(at, k);
    product = field.mul(product, field.add(field.sub(field.one, r), field.mul(r, power)));
    power = field.mul(power, power);
  }
  return product;
}

/** Σ over v < end of Π over bits k of what v's bit contributes; `end` is at most 2^bits. */
export function weightBelow(field: ExtensionField, bits: readonly (readonly [Ext, Ext])[], end: number): Ext {
  // Of the numbers below `end`, those that first differ from it at bit k have any lower bits.
  const anyBelow: Ext[] = [field.one];
  for (const [zero, one] of bits) anyBelow.push(field.mul(valueAt(anyBelow, anyBelow.length - 1), field.add(zero, one)));
  if (end === 2 ** bits.length) return valueAt(anyBelow, bits.length);
  if (end > 2 ** bits.length) throw new Error(`${end} is beyond the numbers of ${bits.length} bits`);
  let sum = field.zero;
  let same = field.one;
  for (let k = bits.length - 1; k >= 0; k--) {
    const [zero, one] = bits[k] ?? [field.zero, field.zero];
    if (Math.floor(end / 2 ** k) % 2 === 1) {
      sum = field.add(sum, field.mul(field.mul(same, zero), valueAt(anyBelow, k)));
      same = field.mul(same, one);
    } else {
      same = field.mul(same, zero);
    }
  }
  return sum;
}

function valueAt(values: readonly Ext[], index: number): Ext {
  const value = values[index];
  if (value === undefined) throw new Error(`no value ${index} among ${values.length}`);
  return value;
}
