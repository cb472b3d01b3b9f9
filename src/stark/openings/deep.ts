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

/** What the DEEP values of all queries have in common. */
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

/**
 * Sums of a row's values at some columns, each times its column's weight. Values are canonical. More than half of a
 * verification by rows is this: it goes by coordinates and halves of values, and divides by p but now and then.
 */
export function rowSums(
  { degree }: ExtensionField,
  weights: readonly Ext[],
): (row: ArrayLike<number>, columns: readonly number[]) => Ext {
  const coordinates = Float64Array.from(weights.flat());
  return (row, columns) => {
    const [low, high] = [new Float64Array(degree), new Float64Array(degree)];
    const reduce = (): void => {
      for (let k = 0; k < degree; k++) {
        low[k] = (low[k] ?? 0) % P;
        high[k] = (high[k] ?? 0) % P;
      }
    };
    for (let i = 0; i < columns.length; i++) {
      if (i % EXACT_PRODUCTS === EXACT_PRODUCTS - 1) reduce();
      const column = columns[i] ?? 0;
      const value = row[column] ?? 0;
      const [lower, upper] = [value & 0xffff, value >>> 16];
      for (let k = 0; k < degree; k++) {
        const weight = coordinates[degree * column + k] ?? 0;
        low[k] = (low[k] ?? 0) + weight * lower;
        high[k] = (high[k] ?? 0) + weight * upper;
      }
    }
    reduce();
    return Array.from(low, (sum, k) => (sum + (high[k] ?? 0) * 2 ** 16) % P);
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
