import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bn254 } from "@noble/curves/bn254.js";
import { MACHINE } from "../../src/proofs/machine/instructions/privileged.ts";
import { Kernel } from "../../src/proofs/machine/interpreter/kernel.ts";
import { translate } from "../../src/proofs/machine/rom/translate.ts";
import { Random } from "../chain/state/support/random.ts";
import { ENVIRONMENT } from "./support/environment.ts";
import { primitives } from "./support/primitives.ts";
import { bytesOf, numberOf } from "./support/reference.ts";
import { World } from "./support/world.ts";

const { Fp2 } = bn254.fields;
const PRIME = bn254.fields.Fp.ORDER;
const PUSH32 = 0x7f;
const MSTORE = 0x52;
const STOP = 0x00;

/** Words of the kernel's memory after a program that stores some, by their indexes, and runs one product. */
function memoryAfter(stored: ReadonlyMap<number, bigint>, indexes: bigint, read: readonly number[]): bigint[] {
  const push = (value: bigint): number[] => [PUSH32, ...bytesOf(value, 32)];
  const stores = [...stored].flatMap(([index, value]) => [...push(value), ...push(BigInt(32 * index)), MSTORE]);
  const code = Uint8Array.from([...stores, ...push(indexes), MACHINE.fieldProduct.code, STOP]);
  const world = new World(new Map());
  let words: bigint[] = [];
  new Kernel(primitives, translate(code, { fused: true })).run({ environment: ENVIRONMENT, state: world, codes: world }, [], {
    row: (_, machine) => {
      words = read.map((index) => numberOf(machine.memory(0).view(32 * index, 32)));
    },
    opcode: () => undefined,
  });
  return words;
}

const indexesOf = (a: number, b: number, c: number, r: number): bigint =>
  (BigInt(a) << 48n) | (BigInt(b) << 32n) | (BigInt(c) << 16n) | BigInt(r);

describe("machine.fieldProduct", () => {
  const random = new Random(256);
  const number = (): bigint =>
    Array.from({ length: 32 }, () => BigInt(random.below(256))).reduce((sum, byte) => 256n * sum + byte) % PRIME;
  const edges = [0n, 1n, PRIME - 1n, PRIME >> 1n];

  test("is the product and sum of another library, for random elements and for all edges", () => {
    const cases = Array.from({ length: 40 }, () => Array.from({ length: 6 }, () => number()));
    for (const edge of edges) for (const other of edges) cases.push([edge, other, other, edge, edge, edge], Array(6).fill(edge));
    for (const [a0 = 0n, a1 = 0n, b0 = 0n, b1 = 0n, c0 = 0n, c1 = 0n] of cases) {
      const stored = new Map([a0, a1, b0, b1, c0, c1].map((value, i) => [0x100 + i, value]));
      const { c0: real, c1: imaginary } = Fp2.add(Fp2.mul({ c0: a0, c1: a1 }, { c0: b0, c1: b1 }), { c0, c1 });
      assert.deepEqual(memoryAfter(stored, indexesOf(0x100, 0x102, 0x104, 0xfffe), [0xfffe, 0xffff]), [real, imaginary]);
    }
  });

  test("reads its operands before it writes to the same index", () => {
    const stored = new Map([
      [5, 3n],
      [6, 4n],
    ]);
    // (3 + 4u)² + 3 + 4u
    assert.deepEqual(memoryAfter(stored, indexesOf(5, 5, 5, 5), [5, 6]), [PRIME - 4n, 28n]);
  });

  test("is refused for an index above 16 bits and for an operand not below the prime", () => {
    assert.throws(() => memoryAfter(new Map(), 1n << 64n, []), /an index above 16 bits/);
    for (const index of [5, 6, 7, 8, 9, 10])
      assert.throws(() => memoryAfter(new Map([[index, PRIME]]), indexesOf(5, 7, 9, 11), []), /not below the prime of BN254/);
  });
});
