import assert from "node:assert/strict";
import { describe, it, test } from "node:test";
import { createExtension, type Ext } from "../../src/proofs/field/extension.ts";
import { mul, P, pow } from "../../src/proofs/field/koala-bear.ts";
import { challengePowers, evaluatePolynomial, foldCoset, pointAt } from "../../src/proofs/stark/openings/fri.ts";
import { friLayerCount } from "../../src/proofs/stark/systems/parameters.ts";
import { smallParameters } from "./airs/small-parameters.ts";

describe("foldCoset", () => {
  for (const [degree, logArity] of [
    [4, 1],
    [5, 2],
    [5, 3],
    [6, 4],
  ] as const) {
    it(`is arity · Σ βⱼ fⱼ at x^arity: degree ${degree}, arity ${2 ** logArity}`, () => {
      const field = createExtension(degree);
      const arity = 2 ** logArity;
      const logDomain = logArity + 3;
      const element = (seed: number): Ext => Array.from({ length: degree }, (_, i) => (seed * 7919 + i * 104729 + 17) % P);
      const coefficients = Array.from({ length: 4 * arity }, (_, i) => element(i));
      const weights = Array.from({ length: arity }, (_, j) => element(1000 + j));
      for (const layer of [0, 1]) {
        for (const leaf of [0, 1, 5]) {
          const points = Array.from({ length: arity }, (_, i) => pointAt(leaf * arity + i, logDomain, layer * logArity));
          const values = points.map((x) => evaluatePolynomial(field, coefficients, x));
          // All points of a leaf have the same power, which is the leaf's point of the next layer.
          const next = pointAt(leaf, logDomain - logArity, (layer + 1) * logArity);
          for (const x of points) assert.equal(pow(x, arity), next);
          let expected = field.zero;
          for (let i = 0; i < coefficients.length; i++) {
            const power = pow(next, Math.floor(i / arity));
            const term = field.mul(field.scale(coefficients[i]!, power), weights[i % arity]!);
            expected = field.add(expected, field.scale(term, arity));
          }
          assert.deepEqual(foldCoset(field, values, points[0]!, weights), expected);
        }
      }
    });
  }
});

test("challengePowers begin with one", () => {
  const field = createExtension(5);
  const beta = [3, 1, 4, 1, 5];
  assert.deepEqual(challengePowers(field, beta, 3), [field.one, beta, field.mul(beta, beta)]);
});

describe("pointAt", () => {
  it("runs through the coset 3^(arity^layer) · ⟨ω⟩ in bit-reversed order", () => {
    // ω of order 8 squared four times over: positions 0, 1, 2, 3 hold exponents 0, 4, 2, 6.
    const at = (position: number) => pointAt(position, 3, 0);
    const omega = mul(at(4), pow(3, P - 2)); // position 4 is exponent 1
    assert.equal(pow(omega, 8), 1);
    assert.notEqual(pow(omega, 4), 1);
    assert.deepEqual(
      [0, 1, 2, 3].map(at),
      [0, 4, 2, 6].map((exponent) => mul(3, pow(omega, exponent))),
    );
    assert.equal(pointAt(0, 3, 6), pow(3, 64));
  });
});

describe("friLayerCount", () => {
  it("folds while the degree bound exceeds the final polynomial's", () => {
    const parameters = smallParameters({ logArity: 3, logFinalMax: 8 });
    assert.deepEqual(
      [2, 8, 9, 11, 12, 17].map((logRows) => friLayerCount(parameters, logRows)),
      [0, 0, 1, 1, 2, 3],
    );
  });
});
