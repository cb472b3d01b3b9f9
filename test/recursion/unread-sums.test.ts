import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Assembler } from "../../src/proofs/recursion/assembler.ts";
import { interpret } from "../../src/proofs/recursion/interpret.ts";
import type { Program } from "../../src/proofs/recursion/program.ts";

/** Two sums that are unread; and of words from the section before, that 2·3 is 2·factor and that `inverted` has an inverse. */
function program({ factor, inverted }: { readonly factor: number; readonly inverted: number }): Program {
  const assembler = new Assembler();
  assembler.section("before", "ConstraintMismatch");
  const [two, three, divisor] = [assembler.constant(2), assembler.constant(3), assembler.constant(inverted)];
  assembler.constant(1);
  const six = assembler.arithmetic({ product: { factor: 1, a: two, b: three } });
  assembler.section("own", "ClaimMismatch");
  const unread = assembler.arithmetic({ linear: { factor: 1, c: six }, constant: 1 });
  assembler.arithmetic({ linear: { factor: 2, c: unread } });
  assembler.arithmetic({ linear: { factor, c: two } }, six);
  assembler.inverse(divisor);
  assembler.dropUnread();
  return assembler.build("unread");
}

describe("sums that nothing reads", () => {
  it("are removed, with those that only they read; comparisons with earlier words and inverses stay", () => {
    const run = (given: Parameters<typeof program>[0]) => interpret(program(given), [], { words: [], octets: [] });
    // Four constants and a product; then the comparison and the inverse.
    assert.equal(program({ factor: 3, inverted: 7 }).relations.length, 7);
    assert.equal(run({ factor: 3, inverted: 7 }).ok, true);
    assert.deepEqual(run({ factor: 4, inverted: 7 }), { ok: false, relation: 5 });
    assert.deepEqual(run({ factor: 3, inverted: 0 }), { ok: false, relation: 6 });
  });
});
