import type { Ext, ExtensionField } from "../field/extension.ts";
import { inv, mul, pow, rootOfUnity } from "../field/koala-bear.ts";
import { bitReverse } from "../kernels/bit-reversal.ts";
import { DOMAIN_SHIFT } from "./parameters.ts";

/*
 * FRI. Layer l lives on the coset shift_l · ⟨ω⟩ of 2^logDomain_l points, shift_l = 3^(arity^l); position i is the point
 * shift_l · ω^bitrev(i), so that `arity` consecutive positions form a coset x · ⟨w⟩ of the arity-th roots of unity, in
 * bit-reversed order, and are one Merkle leaf. With v_k the value at x · w^k, the fold with challenge β is
 *
 *     next(x^arity) = Σ_j (β/x)^j Σ_k v_k · w^(−jk)
 *
 * without a division by the arity: in coefficients, next_i = arity · Σ_j β^j · c_(arity·i + j).
 */

/** The point of a position of layer `layer`, whose domain has 2^logDomain points. */
export function pointAt(position: number, logDomain: number, layer: number, logArity: number): number {
  const shift = pow(DOMAIN_SHIFT, 2n ** BigInt(layer * logArity));
  return mul(shift, pow(rootOfUnity(logDomain), bitReverse(position, logDomain)));
}

/** Folds one coset: `values` at 2^logArity consecutive positions, the first of which is the point `x`. */
export function foldCoset(field: ExtensionField, values: readonly Ext[], x: number, challenge: Ext): Ext {
  const logArity = Math.log2(values.length);
  const rootInverse = inv(rootOfUnity(logArity));
  const ratio = field.scale(challenge, inv(x));
  let sum = field.zero;
  for (let j = values.length - 1; j >= 0; j--) {
    let coefficient = field.zero;
    values.forEach((value, position) => {
      const factor = pow(rootInverse, j * bitReverse(position, logArity));
      coefficient = field.add(coefficient, field.scale(value, factor));
    });
    sum = field.add(field.mul(sum, ratio), coefficient);
  }
  return sum;
}

/** Value at a base point of the polynomial with these coefficients, constant term first. */
export function evaluatePolynomial(field: ExtensionField, coefficients: readonly Ext[], x: number): Ext {
  return coefficients.reduceRight((sum, coefficient) => field.add(field.scale(sum, x), coefficient), field.zero);
}
