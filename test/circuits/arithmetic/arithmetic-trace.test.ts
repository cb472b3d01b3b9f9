import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ADD_FIELDS } from "../../../src/proofs/circuits/add/add-air.ts";
import { ArithmeticTrace } from "../../../src/proofs/circuits/arithmetic/arithmetic-trace.ts";
import { limbsOf, WORD } from "../../../src/proofs/circuits/shapes/word.ts";
import { elementNames } from "../../../src/proofs/stark/constraints/fields.ts";
import { Random } from "../../chain/state/support/random.ts";

const USES = elementNames(ADD_FIELDS).indexOf("uses");

/** Uses of each row of the table of sums, without its padding. */
function usesOf(trace: ArithmeticTrace): number[] {
  return [...trace.columns(() => 1).add[USES]!].filter((count) => count > 0);
}

describe("requests of arithmetic", () => {
  it("share a row where they are the same, as numbers or as limbs", () => {
    const trace = new ArithmeticTrace();
    const zero = limbsOf(0n);
    for (const [a, b] of [
      [0n, 0n],
      [1n, 0n],
      [1n << 240n, WORD - 1n],
    ] as const) {
      assert.equal(trace.ask("add", a, b), (a + b) % WORD);
      assert.equal(trace.askWords("add", limbsOf(a), limbsOf(b), zero), (a + b) % WORD);
    }
    assert.deepEqual(usesOf(trace), [2, 2, 2]);
  });

  it("have rows apart where they differ in any limb, its place, its operand or the operation", () => {
    const trace = new ArithmeticTrace();
    const random = new Random(36);
    const zero = limbsOf(0n);
    const asked = new Set<string>();
    const words = [0n, 1n, 2n, 1n << 16n, 2n << 16n, 0x10001n, 1n << 32n, 1n << 240n, (1n << 240n) + 1n, WORD - 1n];
    for (let i = 0; i < 40; i++) words.push(BigInt(random.below(4)) << BigInt(16 * random.below(16)));
    for (const operation of ["add", "sub", "lt"] as const)
      for (const a of words)
        for (const b of words) {
          asked.add(`${operation} ${a} ${b}`);
          const result = trace.askWords(operation, limbsOf(a), limbsOf(b), zero);
          const expected = operation === "add" ? a + b : operation === "sub" ? a - b : BigInt(a < b);
          assert.equal(result, BigInt.asUintN(256, expected), `${operation} ${a} ${b}`);
        }
    assert.equal(usesOf(trace).length, asked.size);
  });
});
