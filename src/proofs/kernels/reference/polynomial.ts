import type { Ext, ExtensionField } from "../../field/extension.ts";

/** Value at an extension point of a polynomial with base-field coefficients, by Horner's rule. */
export function evaluateAt(field: ExtensionField, coefficients: Uint32Array, point: Ext): Ext {
  return coefficients.reduceRight<Ext>((sum, c) => field.add(field.mul(sum, point), field.fromBase(c)), field.zero);
}

/** The `degree` coordinate columns of a list of extension elements. */
export function toCoordinateColumns(field: ExtensionField, elements: readonly Ext[]): Uint32Array[] {
  return Array.from({ length: field.degree }, (_, c) => Uint32Array.from(elements, (e) => e[c] ?? 0));
}

/** The inverse of `toCoordinateColumns`. */
export function fromCoordinateColumns(columns: readonly Uint32Array[]): Ext[] {
  return Array.from(columns[0] ?? [], (_, i) => columns.map((column) => column[i] ?? 0));
}
