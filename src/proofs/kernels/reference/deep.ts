import type { Ext, ExtensionField } from "../../field/extension.ts";

/** One coefficient column and whether it is also opened at the second point. */
interface OpenedColumn {
  readonly coefficients: Uint32Array;
  readonly openedAtNext: boolean;
}

/** The scalars of a DEEP quotient; see `DeepRequest`. */
interface DeepScalars {
  readonly challenge: Ext;
  readonly points: readonly [Ext, Ext];
  readonly combinedValues: readonly [Ext, Ext];
  readonly nextWeight: Ext;
}

/**
 * (S(x) − S(z))/(x − z) + nextWeight · (T(x) − T(z′))/(x − z′) with S = Σ αⁱfᵢ over all columns and T over those opened at
 * the next row, shorter columns lifted to `size` coefficients by f(x) → f(x^k).
 * Throws Error when a claimed combined value is not the polynomial's value, since no quotient exists then.
 */
export function deepQuotient(field: ExtensionField, columns: readonly OpenedColumn[], size: number, scalars: DeepScalars): Ext[] {
  const all = new Array<Ext>(size).fill(field.zero);
  const next = new Array<Ext>(size).fill(field.zero);
  let weight = field.one;
  for (const { coefficients, openedAtNext } of columns) {
    const stride = size / coefficients.length;
    coefficients.forEach((c, i) => {
      const term = field.scale(weight, c);
      all[stride * i] = field.add(all[stride * i] ?? field.zero, term);
      if (openedAtNext) next[stride * i] = field.add(next[stride * i] ?? field.zero, term);
    });
    weight = field.mul(weight, scalars.challenge);
  }
  const first = divideByPoint(field, all, scalars.points[0], scalars.combinedValues[0]);
  const second = divideByPoint(field, next, scalars.points[1], scalars.combinedValues[1]);
  return first.map((x, i) => field.add(x, field.mul(scalars.nextWeight, second[i] ?? field.zero)));
}

/** (f(x) − value)/(x − point) by synthetic division; the top coefficient of the result is zero. */
function divideByPoint(field: ExtensionField, coefficients: readonly Ext[], point: Ext, value: Ext): Ext[] {
  const quotient = new Array<Ext>(coefficients.length).fill(field.zero);
  let carry = field.zero;
  for (let i = coefficients.length - 1; i >= 0; i--) {
    quotient[i] = carry;
    carry = field.add(field.mul(carry, point), coefficients[i] ?? field.zero);
  }
  if (!field.equal(carry, value)) throw new Error("a claimed opening is not the value of the committed polynomial");
  return quotient;
}
