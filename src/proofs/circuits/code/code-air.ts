import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import type { Expression } from "../../stark/constraints/expression.ts";
import type { FieldValues } from "../../stark/constraints/fields.ts";
import { CODE, CODE_BYTE, CODE_OPERAND, OPCODE_SHAPE } from "../buses.ts";
import { assertBoolean, element, limbsOfBytes } from "../words/expressions.ts";

/** Bytes of an operand before one of its bytes, at most. */
const OPERAND_BYTES = 31;

/** A byte of a code a row. Columns that the row before reads come first. */
export const CODE_FIELDS = {
  /** 1 if the row continues the code of the previous row. */
  follows: 1,
  /** The code: the memory of a frame, and how many bytes of it. */
  frame: 1,
  length: 1,
  place: 1,
  /** 1 if the place is before the code's end. */
  inside: 1,
  /** Bytes of a push's operand from here to its end, this one included; 0 for an instruction. */
  left: 1,
  isInstruction: 1,
  /** Value of the operand's bytes that were read before this one, lowest byte first; 0 for an instruction. */
  operand: OPERAND_BYTES,
  byte: 1,
  /** The byte read as an opcode: number of operand bytes that follow, and 1 if it is JUMPDEST. */
  size: 1,
  isTarget: 1,
  /** The inverse of `left` where there is one. */
  inverse: 1,
  /** Number of requests for the byte, and for the operand. */
  uses: 1,
  operandUses: 1,
} as const;

export type CodeCells = FieldValues<typeof CODE_FIELDS, number>;
type Columns = FieldValues<typeof CODE_FIELDS, Expression>;

/** The table of codes: the bytes of each code in sequence, then some of the zeros after them. */
export function codeAir(): Air {
  const b = new AirBuilder("code", 0);
  const columns = b.declare(CODE_FIELDS);
  assertOrder(b, columns);
  assertInstructions(b, columns);
  assertOperand(b, columns);
  const { frame, length, place, inside, isInstruction, operand, byte, size, isTarget, uses, operandUses } = columns;
  b.assertZero("nothing behind the end", "everyRow", byte, b.sub(b.constant(1), inside));
  b.send(CODE_BYTE, inside, { frame, place, byte });
  b.send(OPCODE_SHAPE, b.constant(1), { byte, size, isTarget });
  const kind = b.mul(isInstruction, b.add(b.constant(1), isTarget));
  b.receive(CODE, uses, { frame, length, place, byte, kind });
  const word = limbsOfBytes(b, [ownByte(b, columns), ...operand]);
  b.receive(CODE_OPERAND, operandUses, { frame, length, place, word });
  return b.build();
}

/** Asserts that a code begins at place 0 and continues past its end. */
function assertOrder(b: AirBuilder, { follows, frame, length, place, inside }: Columns): void {
  const one = b.constant(1);
  assertBoolean(b, { inside });
  const begins = b.sub(one, follows);
  const goesOn = b.next(follows);
  b.assertZero("follows nothing at first", "firstRow", follows);
  b.assertZero("begins at 0", "everyRow", place, begins);
  b.assertZero("begins inside, if there is anything", "everyRow", b.mul(b.sub(one, inside), length), begins);
  b.assertEqual("frame stays", "transition", b.next(frame), frame, goesOn);
  b.assertEqual("length stays", "transition", b.next(length), length, goesOn);
  b.assertEqual("place: the next", "transition", b.next(place), b.add(place, one), goesOn);
  const change = b.sub(inside, b.next(inside));
  b.assertZero("ends at its length", "transition", b.mul(change, b.sub(b.next(place), b.next(length))), goesOn);
  b.assertZero("its end is followed", "transition", b.sub(one, goesOn), inside);
  b.assertZero("ends before the last row", "lastRow", inside);
}

/** Asserts that each byte is an instruction unless it belongs to an operand. */
function assertInstructions(b: AirBuilder, { follows, left, isInstruction, size, inverse }: Columns): void {
  const one = b.constant(1);
  b.assertZero("begins with an instruction", "everyRow", left, b.sub(one, follows));
  b.assertZero("an instruction is in no operand", "everyRow", left, isInstruction);
  b.assertEqual("a byte of no operand is an instruction", "everyRow", b.mul(left, inverse), b.sub(one, isInstruction));
  const behind = b.add(b.sub(left, one), b.mul(isInstruction, b.sub(b.add(size, one), left)));
  b.assertEqual("operand: what is left", "transition", b.next(left), behind, b.next(follows));
}

/** The byte, if it is one of an operand. */
function ownByte(b: AirBuilder, { isInstruction, byte }: Columns): Expression {
  return b.mul(b.sub(b.constant(1), isInstruction), byte);
}

/** Each byte of an operand moves those before it one place up. */
function assertOperand(b: AirBuilder, columns: Columns): void {
  const { isInstruction, operand } = columns;
  const isData = b.sub(b.constant(1), b.next(isInstruction));
  const moved = [ownByte(b, columns), ...operand];
  operand.forEach((each, i) => {
    b.assertZero(`operand: byte ${i} is 0 at first`, "everyRow", each, isInstruction);
    b.assertEqual(`operand: byte ${i}`, "transition", b.next(each), element(moved, i), isData);
  });
}
