import type { Ext, ExtensionField } from "../../field/extension.ts";

/**
 * FRI fold in coefficients: nextᵢ = arity · Σ_j β^j · c₍arity·i + j₎.
 * Shape: n extension coefficients → n / arity. Throws RangeError when the arity does not divide n.
 */
export function fold(field: ExtensionField, coefficients: readonly Ext[], arity: number, challenge: Ext): Ext[] {
  if (coefficients.length % arity !== 0) {
    throw new RangeError(`a polynomial of ${coefficients.length} coefficients cannot be folded by ${arity}`);
  }
  return Array.from({ length: coefficients.length / arity }, (_, i) => {
    const group = coefficients.slice(arity * i, arity * (i + 1));
    const combined = group.reduceRight<Ext>((sum, c) => field.add(field.mul(sum, challenge), c), field.zero);
    return field.scale(combined, arity);
  });
}
