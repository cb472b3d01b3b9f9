import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { createExtension, type Ext } from "../../src/proofs/field/extension.ts";
import { P } from "../../src/proofs/field/koala-bear.ts";
import { createRandom } from "../circuits/support/random.ts";

/** Coefficients of the modulus, X^degree first left out: what X^degree plus these is zero. Constant term first. */
const MODULI: Readonly<Record<number, readonly number[]>> = {
  4: [-3, 0, 0, 0],
  5: [-1, 0, 1, 0, 0],
  6: [1, 0, 0, 1, 0, 0],
};

const BIG_P = BigInt(P);

/** Schoolbook product modulo the modulus, in BigInt. */
function multiplyByDefinition(a: Ext, b: Ext, degree: number): number[] {
  const product = new Array<bigint>(2 * degree - 1).fill(0n);
  a.forEach((x, i) => {
    b.forEach((y, j) => {
      product[i + j] = (product[i + j] ?? 0n) + BigInt(x) * BigInt(y);
    });
  });
  for (let k = 2 * degree - 2; k >= degree; k--) {
    const top = product[k] ?? 0n;
    MODULI[degree]?.forEach((c, i) => {
      product[k - degree + i] = (product[k - degree + i] ?? 0n) - top * BigInt(c);
    });
  }
  return product.slice(0, degree).map((x) => Number(((x % BIG_P) + BIG_P) % BIG_P));
}

for (const degree of [4, 5, 6]) {
  describe(`the extension of degree ${degree}`, () => {
    const field = createExtension(degree);
    const sample = (seed: number): Ext =>
      Array.from({ length: degree }, (_, i) => [0, 1, P - 1, (seed * 0x9e3779b1 + i * 0x85ebca6b) % P][(seed + i) % 4] ?? 0);
    const samples = [field.zero, field.one, ...Array.from({ length: 20 }, (_, seed) => sample(seed))];

    test("multiplies modulo its polynomial", () => {
      for (const a of samples) for (const b of samples) assert.deepEqual(field.mul(a, b), multiplyByDefinition(a, b, degree));
    });

    test("multiplies elements of any size so, the largest too", () => {
      const random = createRandom(0xe87 + degree);
      // Near the ends of the field, near a power of 2, and anywhere.
      const coordinate = (): number => [P - 1 - random(3), random(3), 2 ** (1 + random(30)) - 1, random(P)][random(4)] ?? 0;
      const element = (): Ext => Array.from({ length: degree }, coordinate);
      const largest = Array.from({ length: degree }, () => P - 1);
      assert.deepEqual(field.mul(largest, largest), multiplyByDefinition(largest, largest, degree));
      for (let i = 0; i < 5_000; i++) {
        const [a, b] = [element(), element()];
        assert.deepEqual(field.mul(a, b), multiplyByDefinition(a, b, degree), `${a.join()} times ${b.join()}`);
      }
    });

    test("is a field: its polynomial is irreducible", () => {
      // Rabin's test: X^(p^d) = X, and X^(p^(d/q)) − X has an inverse for every prime q that divides d.
      const x: Ext = Array.from({ length: degree }, (_, i) => (i === 1 ? 1 : 0));
      const frobenius = (times: number): Ext => {
        let result = x;
        for (let i = 0; i < times; i++) result = field.pow(result, P);
        return result;
      };
      assert.deepEqual(frobenius(degree), x);
      for (const q of [2, 3, 5].filter((prime) => degree % prime === 0)) {
        const difference = field.sub(frobenius(degree / q), x);
        assert.deepEqual(field.mul(difference, field.inv(difference)), field.one);
      }
    });

    test("inverts everything but zero", () => {
      for (const a of samples) {
        if (field.equal(a, field.zero)) assert.throws(() => field.inv(a), RangeError);
        else assert.deepEqual(field.mul(a, field.inv(a)), field.one);
      }
    });

    test("adds, subtracts, negates and scales coordinate by coordinate", () => {
      for (const a of samples) {
        assert.deepEqual(field.add(a, field.neg(a)), field.zero);
        assert.deepEqual(field.sub(field.add(a, sample(3)), sample(3)), a);
        assert.deepEqual(field.scale(a, 7), field.mul(a, field.fromBase(7)));
      }
    });

    test("multiplies by powers of X as by any element", () => {
      const x = Array.from({ length: degree }, (_, i) => (i === 1 ? 1 : 0));
      for (const a of [Array.from({ length: degree }, () => P - 1), x, Array.from({ length: degree }, (_, i) => 3 ** i)]) {
        const powers = Array.from({ length: degree }, (_, j) => field.mul(a, field.pow(x, j)));
        assert.deepEqual(field.multiplesByX(a), powers);
      }
    });

    test("raises to powers", () => {
      const a = sample(5);
      assert.deepEqual(field.pow(a, 0), field.one);
      assert.deepEqual(field.pow(a, 5n), field.mul(a, field.mul(field.mul(a, a), field.mul(a, a))));
    });
  });
}

test("knows the degrees 4, 5 and 6 only", () => {
  for (const degree of [0, 1, 2, 3, 7, 8]) assert.throws(() => createExtension(degree), RangeError);
});
