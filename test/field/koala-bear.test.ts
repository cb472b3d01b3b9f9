import assert from "node:assert/strict";
import { test } from "node:test";

import {
  add,
  GENERATOR,
  inv,
  isCanonical,
  mul,
  neg,
  P,
  pow,
  reduce,
  rootOfUnity,
  sub,
  TWO_ADICITY,
} from "../../src/proofs/field/koala-bear.ts";

const BIG_P = 2n ** 31n - 2n ** 24n + 1n;
const SAMPLES = [0, 1, 2, 3, 0xffff, 0x10000, 0x12345678, 0x3f800000, P - 2, P - 1];

test("has the modulus 2^31 − 2^24 + 1", () => {
  assert.equal(BigInt(P), BIG_P);
});

test("adds, subtracts, multiplies and negates as the integers do modulo p", () => {
  for (const a of SAMPLES) {
    assert.equal(BigInt(neg(a)), (BIG_P - BigInt(a)) % BIG_P);
    for (const b of SAMPLES) {
      assert.equal(BigInt(add(a, b)), (BigInt(a) + BigInt(b)) % BIG_P);
      assert.equal(BigInt(sub(a, b)), (BigInt(a) - BigInt(b) + BIG_P) % BIG_P);
      assert.equal(BigInt(mul(a, b)), (BigInt(a) * BigInt(b)) % BIG_P);
    }
  }
});

test("multiplies exactly where the estimated quotient is least certain", () => {
  const edges = [0, 1, 2, 3, 127, 2 ** 24, 2 ** 24 - 1, (P - 1) / 2, (P + 1) / 2, P - 2 ** 24, P - 3, P - 2, P - 1];
  const values = edges.concat(Array.from({ length: 300 }, (_, i) => (Math.imul(i + 1, 2654435761) >>> 0) % P));
  for (const a of values) {
    for (const b of values) {
      assert.equal(mul(a, b), Number((BigInt(a) * BigInt(b)) % BIG_P), `${a} · ${b}`);
    }
    // Remainders at and close to 0 and p.
    if (a === 0) continue;
    for (const rest of [0, 1, 2, 2047, 2048, 2049, P - 2049, P - 2048, P - 2, P - 1]) {
      const b = Number((BigInt(inv(a)) * BigInt(rest)) % BIG_P);
      assert.equal(mul(a, b), rest, `${a} · ${b}`);
    }
  }
});

test("multiplies exactly on many pairs", () => {
  let x = 1;
  for (let i = 0; i < 20_000; i++) {
    const y = Number((BigInt(x) * 48271n + BigInt(i)) % BIG_P);
    assert.equal(BigInt(mul(x, y)), (BigInt(x) * BigInt(y)) % BIG_P);
    x = y;
  }
});

test("inverts everything but zero", () => {
  for (const a of SAMPLES) {
    if (a === 0) assert.throws(() => inv(a), RangeError);
    else assert.equal(mul(a, inv(a)), 1);
  }
});

test("raises to powers, with 0⁰ = 1", () => {
  assert.equal(pow(0, 0), 1);
  assert.equal(pow(3, 20), 3486784401 % P);
  assert.equal(pow(5, BigInt(P) - 1n), 1);
});

test("has a generator of the whole group: no power by (p − 1)/q is 1 for a prime q", () => {
  assert.equal(2 ** TWO_ADICITY * 127, P - 1);
  assert.equal(pow(GENERATOR, P - 1), 1);
  for (const q of [2, 127]) assert.notEqual(pow(GENERATOR, (P - 1) / q), 1);
});

test("gives roots of unity of exact order, each the square of the next", () => {
  for (let log = 1; log <= TWO_ADICITY; log++) {
    assert.equal(pow(rootOfUnity(log), 2 ** (log - 1)), P - 1);
    assert.equal(mul(rootOfUnity(log), rootOfUnity(log)), rootOfUnity(log - 1));
  }
  assert.throws(() => rootOfUnity(TWO_ADICITY + 1), RangeError);
  assert.throws(() => rootOfUnity(-1), RangeError);
  assert.throws(() => rootOfUnity(0.5), RangeError);
});

test("knows canonical elements and reduces any integer to one", () => {
  for (const x of [0, 1, P - 1]) assert.ok(isCanonical(x));
  for (const x of [-1, P, 0.5, Number.NaN]) assert.ok(!isCanonical(x));
  assert.equal(reduce(-1n), P - 1);
  assert.equal(reduce(BIG_P ** 3n + 5n), 5);
});
