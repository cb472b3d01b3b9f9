import type { Ext, ExtensionField } from "../../field/extension.ts";
import { inv } from "../../field/koala-bear.ts";

/*
 * One round of the sumcheck of Σ Q(x)·W(x), both multilinear: h(X) is the sum with the lowest bit that is left set to X, a
 * polynomial of degree 2. The prover sends h(0) and h(2); h(1) is what h(0) leaves of the claim, so it cannot be wrong.
 */

/** Message of the prover in a round. */
interface RoundMessage {
  readonly atZero: Ext;
  readonly atTwo: Ext;
}

const HALF = inv(2);

/** h(r): the claim that the round leaves. */
export function nextClaim(field: ExtensionField, claim: Ext, { atZero, atTwo }: RoundMessage, r: Ext): Ext {
  const atOne = field.sub(claim, atZero);
  const [minusOne, minusTwo] = [field.sub(r, field.one), field.sub(r, field.fromBase(2))];
  // Lagrange's polynomials of the points 0, 1, 2.
  const fromZero = field.scale(field.mul(field.mul(minusOne, minusTwo), atZero), HALF);
  const fromOne = field.mul(field.mul(r, minusTwo), atOne);
  const fromTwo = field.scale(field.mul(field.mul(r, minusOne), atTwo), HALF);
  return field.sub(field.add(fromZero, fromTwo), fromOne);
}

/** eq(j; challenges) for all j of as many bits; the first challenge belongs to the lowest bit. */
export function equalityWeights(field: ExtensionField, challenges: readonly Ext[]): Ext[] {
  return challenges.reduceRight<Ext[]>(
    (weights, r) =>
      weights.flatMap((weight) => {
        const high = field.mul(weight, r);
        return [field.sub(weight, high), high];
      }),
    [field.one],
  );
}

/** The multilinear extension of values at a point whose first coordinate belongs to the lowest bit of their index. */
export function multilinearAt(field: ExtensionField, values: readonly Ext[], point: readonly Ext[]): Ext {
  const weights = equalityWeights(field, point);
  return values.reduce((sum, value, i) => field.add(sum, field.mul(value, weights[i] ?? field.zero)), field.zero);
}
