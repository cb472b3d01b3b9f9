import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type StatementForm, statementLayout } from "../../src/proofs/circuits/boundary/statement-form.ts";
import { statementValues } from "../../src/proofs/execution-proof/run-statement.ts";
import { statementCode } from "../../src/proofs/execution-proof/statement-code.ts";
import { Assembler } from "../../src/proofs/recursion/assembler.ts";
import { interpret } from "../../src/proofs/recursion/interpret.ts";
import { elementBytes } from "../../src/proofs/stark/transcripts/transcript-form.ts";

const FORM: StatementForm = {
  once: [{ kind: "constant", elements: [7, 65536] }],
  ends: [
    { kind: "root" },
    { kind: "word", place: { space: 1, index: 2 }, limbs: 3 },
    { kind: "digest", place: { space: 1, index: 3 } },
  ],
  reserved: 2,
  fixed: [],
};
const LAST = 2130706432;

/** Whether a program takes the elements for a statement, and its values for these. */
function isTaken(elements: readonly number[], values: readonly number[]): boolean {
  const assembler = new Assembler();
  assembler.section("statement", "BadStatement");
  const said = statementCode(FORM)(
    assembler,
    elements.map(() => assembler.public()),
  );
  assert.equal(said.length, values.length);
  said.forEach((word, i) => assembler.arithmetic({ linear: { factor: 1, c: word } }, assembler.constant(values[i]!)));
  return interpret(assembler.build("a statement"), elements, { words: [], octets: [] }).ok;
}

describe("a statement in a program", () => {
  const { elementCount } = statementLayout(FORM);
  const end = (first: number): number[] => [
    ...Array.from({ length: 8 }, (_, i) => LAST - first - i),
    ...[65535, 0, first],
    ...Array.from({ length: 8 }, (_, i) => (first * 123456789 + i * 65537) % LAST),
  ];
  const elements = [7, 65536, ...end(1), ...end(LAST % 65536), 0, 0];

  it("has the values that its verifier computes, and no others", () => {
    assert.equal(elements.length, elementCount);
    const values = statementValues(FORM, elementBytes(elements))!;
    assert.equal(values.length, elementCount + 2 * 16);
    assert.ok(isTaken(elements, values));
    for (let i = 0; i < values.length; i++) assert.ok(!isTaken(elements, values.with(i, (values[i]! + 1) % LAST)), `value ${i}`);
  });

  it("is refused where its verifier refuses it: another constant, a limb of more than 16 bits", () => {
    const values = statementValues(FORM, elementBytes(elements))!;
    let refused = 0;
    for (let i = 0; i < elements.length; i++) {
      for (const element of [0, 6, 65535, 65536, 65537, LAST]) {
        const changed = elements.with(i, element);
        const expected = statementValues(FORM, elementBytes(changed));
        // Where the verifier has no values, the program has none either: here it is asked for those that it would have.
        assert.equal(isTaken(changed, expected ?? values.with(i, element)), expected !== undefined, `element ${i}: ${element}`);
        refused += expected === undefined ? 1 : 0;
      }
    }
    // Four constants, three of them among the six elements, and six limbs, three of which are not field elements.
    assert.equal(refused, 4 * 6 - 3 + 6 * 3);
  });
});
