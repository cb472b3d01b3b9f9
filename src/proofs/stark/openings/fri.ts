import type { Ext, ExtensionField } from "../../field/extension.ts";
import { inv, mul, pow, rootOfUnity } from "../../field/koala-bear.ts";
import { bitReverse } from "../../kernels/bit-reversal.ts";
import { DOMAIN_SHIFT } from "../systems/parameters.ts";

/*
 * FRI. A layer lives on the coset shift · ⟨ω⟩ of 2^logDomain points; after folds by 2^logFolded in all, shift = 3^(2^logFolded).
 * Position i is the point shift · ω^bitrev(i), so that `arity` consecutive positions form a coset x · ⟨w⟩ of the arity-th roots
 * of unity, in bit-reversed order, and are one Merkle leaf. With v_k the value at x · w^k, the fold with weights β_j is
 *
 *     next(x^arity) = Σ_j β_j · x^−j Σ_k v_k · w^(−jk)
 *
 * In coefficients: next_i = arity · Σ_j β_j · c_(arity·i + j). Proofs by rows take the powers of a challenge and leave the arity
 * undivided; stacks take weights that are divided by it, since what they fold has a value to keep.
 */

/** The point of a position of the layer after folds by 2^logFolded, whose domain has 2^logDomain points. */
export function pointAt(position: number, logDomain: number, logFolded: number): number {
  const shift = pow(DOMAIN_SHIFT, 2n ** BigInt(logFolded));
  return mul(shift, pow(rootOfUnity(logDomain), bitReverse(position, logDomain)));
}

/** Folds one coset: `values` at 2^logArity consecutive positions, the first of which is the point `x`; as many weights. */
export function foldCoset(field: ExtensionField, values: readonly Ext[], x: number, weights: readonly Ext[]): Ext {
  const logArity = Math.log2(values.length);
  const rootInverse = inv(rootOfUnity(logArity));
  const inverse = inv(x);
  let sum = field.zero;
  for (let j = values.length - 1; j >= 0; j--) {
    let coefficient = field.zero;
    values.forEach((value, position) => {
      const factor = pow(rootInverse, j * bitReverse(position, logArity));
      coefficient = field.add(coefficient, field.scale(value, factor));
    });
    sum = field.add(field.scale(sum, inverse), field.mul(weights[j] ?? field.zero, coefficient));
  }
  return sum;
}

/** 1, β, β², …: `count` powers of a challenge. */
export function challengePowers(field: ExtensionField, challenge: Ext, count: number): Ext[] {
  const powers: Ext[] = [];
  for (let power = field.one; powers.length < count; power = field.mul(power, challenge)) powers.push(power);
  return powers;
}

/** Value at a base point of the polynomial with these coefficients, constant term first. */
export function evaluatePolynomial(field: ExtensionField, coefficients: readonly Ext[], x: number): Ext {
  return coefficients.reduceRight((sum, coefficient) => field.add(field.scale(sum, x), coefficient), field.zero);
}
