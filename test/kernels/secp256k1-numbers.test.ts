import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createSecp256k1Numbers } from "../../src/proofs/kernels/wasm/secp256k1-numbers.ts";
import { Random } from "../chain/state/support/random.ts";

/** SEC 2, version 2.0, 2.4.1. */
const P = 2n ** 256n - 2n ** 32n - 977n;
const NUMBER_BYTES = 32;
const [TARGET, A, B] = [0, NUMBER_BYTES, 2 * NUMBER_BYTES];

/** Numbers at which carries go through all words, at which a sum or a product is just the prime, and those of few bits. */
const EDGES: readonly bigint[] = [
  ...[0n, 1n, 2n, 976n, 977n, 978n, 2n ** 32n + 976n, 2n ** 32n + 977n, 2n ** 32n + 978n],
  ...[1n, 2n, 3n, 977n, 978n, 2n ** 32n, 2n ** 32n + 977n, 2n ** 64n].map((less) => P - less),
  ...[32n, 64n, 128n, 224n, 255n].flatMap((bits) => [2n ** bits - 1n, 2n ** bits, 2n ** bits + 1n]),
  ...[(P - 1n) / 2n, (P + 1n) / 2n, 2n ** 256n / 3n, P - 2n ** 128n],
];
const random = new Random(11);
/** Words that are 0, all ones, or near them, and a random one now and then. */
const wordsOfEdges = (): bigint => {
  const word = (): bigint => [0n, 1n, 2n ** 32n - 1n, 2n ** 32n - 2n, BigInt(random.below(2 ** 31))][random.below(5)]!;
  return Array.from({ length: 8 }, word).reduce((sum, own) => (sum << 32n) + own, 0n) % P;
};
const NUMBERS = [...EDGES, ...Array.from({ length: 60 }, wordsOfEdges)];

const numbers = createSecp256k1Numbers(3 * NUMBER_BYTES, () => {});
const modulo = (value: bigint): bigint => ((value % P) + P) % P;

describe("arithmetic modulo secp256k1's prime by kernels", () => {
  for (const [name, expected] of [
    ["multiply", (a: bigint, b: bigint) => modulo(a * b)],
    ["add", (a: bigint, b: bigint) => modulo(a + b)],
    ["subtract", (a: bigint, b: bigint) => modulo(a - b)],
  ] as const)
    it(`${name}: is that of integers at all pairs of edges, also where the target is an operand`, () => {
      for (const a of NUMBERS)
        for (const b of NUMBERS) {
          for (const target of [TARGET, A, B]) {
            numbers.write(A, a);
            numbers.write(B, b);
            numbers[name](target, A, B);
            assert.equal(numbers.read(target), expected(a, b), `${name}(${a}, ${b}) to ${target}`);
          }
        }
    });

  it("inverts each number, and leaves 0 unchanged", () => {
    for (const a of NUMBERS) {
      numbers.write(A, a);
      numbers.invert(TARGET, A);
      assert.equal(modulo(numbers.read(TARGET) * a), a === 0n ? 0n : 1n, `${a}`);
      assert.ok(a !== 0n || numbers.read(TARGET) === 0n);
    }
  });
});
