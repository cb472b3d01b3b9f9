import assert from "node:assert/strict";
import { test } from "node:test";
import { ARITHMETIC } from "../../src/proofs/machine/interpreter/arithmetic.ts";
import { WordStack } from "../../src/proofs/machine/interpreter/word-stack.ts";
import { Random } from "../chain/state/support/random.ts";
import { DEFINITIONS, EDGES, MODULUS } from "./support/arithmetic-definitions.ts";

function operands(random: Random): bigint[] {
  const limbs = () => Array.from({ length: 16 }, () => BigInt(random.below(0x10000)));
  const wide = Array.from({ length: 20 }, () => limbs().reduce((x, limb) => (x << 16n) | limb, 0n));
  const short = wide.slice(0, 8).map((x) => x >> BigInt(random.below(256)));
  return [...EDGES, ...wide.slice(8), ...short];
}

for (const [opcode, name, arity, define] of DEFINITIONS) {
  test(`${name} on limbs is what the yellow paper says`, () => {
    const random = new Random(opcode);
    const values = operands(random);
    const compute = ARITHMETIC.get(opcode);
    assert.ok(compute !== undefined);
    for (const a of values) {
      for (const b of arity > 1 ? values : [0n]) {
        const c = random.pick(values);
        const stack = new WordStack();
        // A word below, which no opcode may touch.
        stack.pushBigInt(0x5afen);
        for (const operand of [c, b, a].slice(3 - arity)) stack.pushBigInt(operand);
        compute(stack);
        const expected = ((define(a, b, c) % MODULUS) + MODULUS) % MODULUS;
        assert.equal(stack.popBigInt(), expected, `${name}(${a}, ${b}, ${c})`);
        assert.equal(stack.popBigInt(), 0x5afen);
        assert.equal(stack.height, 0);
      }
    }
  });
}

test("shifts by each number of bits are what the yellow paper says", () => {
  const word = 0x8123456789abcdef_fedcba9876543210_0f1e2d3c4b5a6978_8796a5b4c3d2e1f1n;
  for (const [opcode, , , define] of DEFINITIONS.filter(([, name]) => name === "SHL" || name === "SHR")) {
    for (const bits of [...Array(258).keys(), 2 ** 16, 2 ** 16 + 1, 2 ** 48].map(BigInt)) {
      const stack = new WordStack();
      for (const operand of [word, bits]) stack.pushBigInt(operand);
      ARITHMETIC.get(opcode)?.(stack);
      assert.equal(stack.popBigInt(), define(bits, word, 0n) % MODULUS, `${opcode} by ${bits}`);
    }
  }
});

test("every opcode that only computes is covered", () => {
  assert.deepEqual(
    [...ARITHMETIC.keys()].sort((a, b) => a - b),
    DEFINITIONS.map(([opcode]) => opcode),
  );
});
