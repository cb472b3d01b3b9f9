import type { Ext, ExtensionField } from "../../field/extension.ts";
import { LOG_PARTS } from "../../kernels/stack-layout.ts";
import { powerOfTwo } from "../systems/evaluate.ts";
import type { StackedBlock, StackRange, StackShape } from "../systems/stack-shape.ts";

/*
 * All opened values as one claim about the stack Q, a function of places. With v_i the value of column i at its point, v′_i at
 * its next point, o_i its place, and challenges δ and α_k, one for each bit k of places:
 *
 *     τ_i = Π α_k over the bits k of o_i          σ = Σ τ_i·v_i + δ·Σ τ_i·v′_i
 *     W(o_i + k) = τ_i·(z_i^k + [opened at the next row]·δ·(g_i·z_i)^k), zero elsewhere
 *
 * σ = Σ_x Q(x)·W(x) exactly when the values are those of the columns, except for few challenges. A column's
 * place is a multiple of
 * its length, so the products τ_i are of different challenges for any two columns. W's multilinear extension is found by
 * ranges of columns: of a range, the bits of a row and those of a column's number are independent of each other.
 *
 * If one value v represents the coordinates of an extension column, v = Σ_c X^c·(value of coordinate c), it
 * enters σ with
 * the τ of the first coordinate's place, and so does W at all of them: times X^c at coordinate c. Such columns of a range are
 * few; their weights are joined bit by bit.
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

/** Number of bits of places that have a challenge. */
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

/** σ. `atNext` holds the values at the next row, in the order of their columns in the blocks, which the stack was made of. */
export function claimedSum(
  field: ExtensionField,
  stack: StackShape,
  blocks: readonly Pick<StackedBlock, "nextWidth" | "joined">[],
  openings: { readonly atPoint: readonly Ext[]; readonly atNext: readonly Ext[] },
  challenges: BatchChallenges,
): Ext {
  const weigh = placeWeights(field, challenges);
  let [atPoint, atNext] = [field.zero, field.zero];
  let [value, nextValue] = [0, 0];
  stack.places.forEach((places, block) => {
    const { nextWidth, joined } = valueAt(blocks, block);
    for (let i = 0; i < places.length; i += joined) {
      const weight = weigh(valueAt(places, i));
      atPoint = field.add(atPoint, field.mul(weight, valueAt(openings.atPoint, value++)));
      if (i < nextWidth) atNext = field.add(atNext, field.mul(weight, valueAt(openings.atNext, nextValue++)));
    }
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
  const weigh = placeWeights(field, challenges);
  const rows = new Map<number, readonly [Ext, Ext]>();
  let sum = field.zero;
  for (const range of ranges) {
    const { logRows, first, count, nextCount, joined } = range;
    const high = bits.slice(logRows - lowestBit);
    const before = joined > 1 ? field.zero : weightBelow(field, high, first);
    const ofRange = (length: number): Ext =>
      joined > 1 ? joinedWeight(field, range, length, weigh, at) : field.sub(weightBelow(field, high, first + length), before);
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

/** Weights of the first columns of a range whose coordinates are joined, at a point, by the bits of a column's number alone. */
function joinedWeight(
  field: ExtensionField,
  { logRows, first, joined }: StackRange,
  length: number,
  weigh: (place: number) => Ext,
  at: readonly Ext[],
): Ext {
  let start = first;
  let weights = Array.from({ length: length / joined }, (_, i) =>
    field.multiplesByX(weigh((first + i * joined) * 2 ** logRows)),
  ).flat();
  for (const r of at.slice(logRows)) {
    if (start % 2 === 1) weights.unshift(field.zero);
    if (weights.length % 2 === 1) weights.push(field.zero);
    start = Math.floor(start / 2);
    weights = Array.from({ length: weights.length / 2 }, (_, i) => {
      const [even, odd] = [valueAt(weights, 2 * i), valueAt(weights, 2 * i + 1)];
      return field.add(even, field.mul(r, field.sub(odd, even)));
    });
  }
  return valueAt(weights, 0);
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

function valueAt<Value>(values: readonly Value[], index: number): Value {
  const value = values[index];
  if (value === undefined) throw new Error(`no value ${index} among ${values.length}`);
  return value;
}
