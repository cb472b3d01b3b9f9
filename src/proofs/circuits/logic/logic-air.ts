import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import type { FieldValues } from "../../stark/constraints/fields.ts";
import { OPERATION } from "../operations/operation.ts";
import { ALU, BYTE_AND } from "../buses.ts";
import { assertOneOf, element, limbsOfBytes, zeroWord } from "../words/expressions.ts";
import { WORD_BYTES } from "../shapes/word.ts";

/** One operation a row: the operands' bytes and their ANDs, from which OR and XOR follow. */
export const LOGIC_FIELDS = { and: 1, or: 1, xor: 1, x: WORD_BYTES, y: WORD_BYTES, both: WORD_BYTES, uses: 1 } as const;

export type LogicCells = Omit<FieldValues<typeof LOGIC_FIELDS, number>, "uses">;

/** The table of AND, OR and XOR. */
export function logicAir(): Air {
  const b = new AirBuilder("logic", 0);
  const { and, or, xor, x, y, both, uses } = b.declare(LOGIC_FIELDS);
  assertOneOf(b, { and, or, xor });
  both.forEach((byte, i) => b.send(BYTE_AND, b.constant(1), { x: element(x, i), y: element(y, i), and: byte }));

  // x | y = x + y − (x & y) and x ^ y = x + y − 2 · (x & y), by byte.
  const ofSum = b.add(or, xor);
  const ofBoth = b.linear([and, or, xor], [1, -1, -2]);
  const bytes = both.map((byte, i) => b.add(b.mul(ofSum, b.add(element(x, i), element(y, i))), b.mul(ofBoth, byte)));
  b.receive(ALU, uses, {
    operation: b.linear([and, or, xor], [OPERATION.and, OPERATION.or, OPERATION.xor]),
    a: limbsOfBytes(b, x),
    b: limbsOfBytes(b, y),
    c: limbsOfBytes(b, bytes),
    d: zeroWord(b),
  });
  return b.build();
}
