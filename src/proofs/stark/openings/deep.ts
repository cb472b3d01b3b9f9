import type { Ext, ExtensionField } from "../../field/extension.ts";
import { P } from "../../field/koala-bear.ts";

/*
 * DEEP. With a the challenge, f_i the committed columns in opening order (N of them) and S, T their combinations
 *
 *     S(x) = Σ_i a^i f_i(x)              over all columns
 *     T(x) = Σ_i a^i f_i(x)              over the columns opened at the next row, with the same exponents
 *     F(x) = (S(x) − S(z)) / (x − z) + a^N · (T(x) − T(gz)) / (x − gz)
 *
 * F has degree below the tallest height exactly when every opened value is right; FRI proves that degree.
 */

/** Common inputs of the DEEP values of all queries. */
export interface DeepCombination {
  /** a^0 … a^N. */
  readonly powers: readonly Ext[];
  /** Columns opened at the next row, by index in opening order. */
  readonly nextColumns: readonly number[];
  readonly point: Ext;
  readonly nextPoint: Ext;
  /** S(z). */
  readonly atPoint: Ext;
  /** T(gz). */
  readonly atNext: Ext;
}

/** Combines the opened values with powers of the challenge. `nextColumns` lists what `atNext` holds, in order. */
export function combineOpenings(
  field: ExtensionField,
  challenge: Ext,
  points: { readonly point: Ext; readonly nextPoint: Ext },
  openings: { readonly atPoint: readonly Ext[]; readonly atNext: readonly Ext[] },
  nextColumns: readonly number[],
): DeepCombination {
  const powers: Ext[] = [field.one];
  for (let i = 0, power = field.one; i < openings.atPoint.length; i++) {
    power = field.mul(power, challenge);
    powers.push(power);
  }
  const weigh = (sum: Ext, value: Ext | undefined, column: number): Ext =>
    field.add(sum, field.mul(powers[column] ?? field.zero, value ?? field.zero));
  return {
    powers,
    nextColumns,
    ...points,
    atPoint: openings.atPoint.reduce((sum, value, i) => weigh(sum, value, i), field.zero),
    atNext: nextColumns.reduce((sum, column, i) => weigh(sum, openings.atNext[i], column), field.zero),
  };
}

/** F at several points of the evaluation domain; `rows[i]` holds all columns' values at `points[i]` in opening order. */
export function deepValues(
  field: ExtensionField,
  combination: DeepCombination,
  points: readonly number[],
  rows: readonly (readonly number[])[],
): Ext[] {
  const { powers, nextColumns, point, nextPoint, atPoint, atNext } = combination;
  const sumOver = rowSums(field, powers);
  const allColumns = Array.from({ length: powers.length - 1 }, (_, column) => column);
  const inverses = invertAll(
    field,
    points.flatMap((x) => [field.sub(field.fromBase(x), point), field.sub(field.fromBase(x), nextPoint)]),
  );
  return rows.map((row, i) => {
    const first = field.mul(field.sub(sumOver(row, allColumns), atPoint), inverses[2 * i] ?? field.zero);
    const second = field.mul(field.sub(sumOver(row, nextColumns), atNext), inverses[2 * i + 1] ?? field.zero);
    return field.add(first, field.mul(powers.at(-1) ?? field.one, second));
  });
}

/** Products of 31 and of 16 bits that add up to less than 2^53, which a number holds exactly. */
const EXACT_PRODUCTS = 32;
const INVERSE_P = 1 / P;

/**
 * A number of less than 2^53, plus a multiple of p: between −p and 2p, because the quotient's estimate is off
 * by at most one.
 */
function nearlyReduced(x: number): number {
  return x - Math.floor(x * INVERSE_P) * P;
}

/**
 * low + 2^16·high, plus a multiple of p: between −p and 2p. Both are sums of EXACT_PRODUCTS products, and the high one is reduced
 * before it is shifted.
 */
function joined(low: number, high: number): number {
  return nearlyReduced(low + 2 ** 16 * nearlyReduced(high));
}

/** A number between −2^53 and 2^53 as an element. */
function canonical(x: number): number {
  const rest = x % P;
  return rest < 0 ? rest + P : rest;
}

/** A row's sum over columns: each value, canonical, times its column's weight. */
type RowSum = (row: ArrayLike<number>, columns: readonly number[]) => Ext;

/**
 * Sums of a row's values at some columns, each times its column's weight. Values are canonical. More than half of a
 * verification by rows is this: it goes by coordinates and halves of values, and divides by p but now and then.
 */
export function rowSums({ degree }: ExtensionField, weights: readonly Ext[]): RowSum {
  const coordinates = Float64Array.from(weights.flat());
  return degree === 5 ? quinticSums(coordinates) : sumsOf(degree, coordinates);
}

function sumsOf(degree: number, coordinates: Float64Array): RowSum {
  return (row, columns) => {
    const [low, high] = [new Float64Array(degree), new Float64Array(degree)];
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i] ?? 0;
      const value = row[column] ?? 0;
      const [lower, upper] = [value & 0xffff, value >>> 16];
      for (let k = 0; k < degree; k++) {
        const weight = coordinates[degree * column + k] ?? 0;
        low[k] = (low[k] ?? 0) + weight * lower;
        high[k] = (high[k] ?? 0) + weight * upper;
      }
      if (i % EXACT_PRODUCTS !== EXACT_PRODUCTS - 1) continue;
      low.forEach((sum, k) => (low[k] = nearlyReduced(sum)));
      high.forEach((sum, k) => (high[k] = nearlyReduced(sum)));
    }
    return Array.from(low, (sum, k) => canonical(joined(sum, high[k] ?? 0)));
  };
}

/** Sums in degree 5, which are in registers: three times as fast. */
function quinticSums(coordinates: Float64Array): RowSum {
  return (row, columns) => {
    let sum0 = 0,
      sum1 = 0,
      sum2 = 0,
      sum3 = 0,
      sum4 = 0;
    for (let i = 0; i < columns.length;) {
      let low0 = 0,
        low1 = 0,
        low2 = 0,
        low3 = 0,
        low4 = 0;
      let high0 = 0,
        high1 = 0,
        high2 = 0,
        high3 = 0,
        high4 = 0;
      const end = Math.min(i + EXACT_PRODUCTS, columns.length);
      for (; i < end; i++) {
        const column = columns[i] ?? 0;
        const value = row[column] ?? 0;
        const lower = value & 0xffff;
        const upper = value >>> 16;
        const at = 5 * column;
        const weight0 = coordinates[at] ?? 0;
        const weight1 = coordinates[at + 1] ?? 0;
        const weight2 = coordinates[at + 2] ?? 0;
        const weight3 = coordinates[at + 3] ?? 0;
        const weight4 = coordinates[at + 4] ?? 0;
        low0 += weight0 * lower;
        low1 += weight1 * lower;
        low2 += weight2 * lower;
        low3 += weight3 * lower;
        low4 += weight4 * lower;
        high0 += weight0 * upper;
        high1 += weight1 * upper;
        high2 += weight2 * upper;
        high3 += weight3 * upper;
        high4 += weight4 * upper;
      }
      sum0 += joined(low0, high0);
      sum1 += joined(low1, high1);
      sum2 += joined(low2, high2);
      sum3 += joined(low3, high3);
      sum4 += joined(low4, high4);
    }
    return [canonical(sum0), canonical(sum1), canonical(sum2), canonical(sum3), canonical(sum4)];
  };
}

/** Inverses of nonzero elements with one inversion. Throws RangeError when one of them is zero. */
function invertAll(field: ExtensionField, elements: readonly Ext[]): Ext[] {
  const prefixes: Ext[] = [];
  let product = field.one;
  for (const element of elements) {
    prefixes.push(product);
    product = field.mul(product, element);
  }
  let inverse = field.inv(product);
  const inverses = elements.slice();
  for (let i = elements.length - 1; i >= 0; i--) {
    inverses[i] = field.mul(inverse, prefixes[i] ?? field.one);
    inverse = field.mul(inverse, elements[i] ?? field.one);
  }
  return inverses;
}
