import type { RowEffect, VectorInstruction, VectorOperand } from "../backend.ts";
import { columnValue } from "./strip-code.ts";

/** Numbers of the values that a program may refer to. */
interface ProgramBounds {
  readonly registers: number;
  readonly columns: number;
  readonly scalars: number;
}

/**
 * A program in which every instruction's result has a unique number, `firstResult` plus the instruction's
 * place. Operands are numbers of values (`strip-code.ts`) or, below zero, of scalars (`scalarIndex`).
 */
export interface StraightLine {
  readonly instructions: readonly (VectorInstruction | RowEffect)[];
  readonly firstResult: number;
  readonly a: Int32Array;
  readonly b: Int32Array;
  /** Number of reads of each instruction's result. */
  readonly reads: Int32Array;
}

/** Which scalar an operand is; negative where it is not a scalar. */
export function scalarIndex(operand: number): number {
  return -1 - operand;
}

/** Returns the index. Throws RangeError unless it is below `count`. */
export function checked(subject: string, index: number, count: number): number {
  if (!Number.isInteger(index) || index < 0 || index >= count) {
    throw new RangeError(`a program refers to a missing ${subject} ${index} (there are ${count})`);
  }
  return index;
}

/** Throws RangeError when the program reads a register, column or scalar that does not exist, or that is not written yet. */
export function straightLine(
  instructions: StraightLine["instructions"],
  bounds: ProgramBounds,
  firstResult: number,
): StraightLine {
  const line = {
    instructions,
    firstResult,
    a: new Int32Array(instructions.length),
    b: new Int32Array(instructions.length),
    reads: new Int32Array(instructions.length),
  };
  const writers = new Int32Array(bounds.registers).fill(-1);
  const read = (operand: VectorOperand): number => {
    switch (operand.kind) {
      case "scalar":
        return -1 - checked("scalar", operand.index, bounds.scalars);
      case "column":
        return columnValue({ column: checked("column", operand.index, bounds.columns), next: operand.next });
      case "register": {
        const writer = writers[checked("register", operand.index, bounds.registers)] ?? -1;
        if (writer < 0) throw new RangeError(`a program reads register ${operand.index} before it is written`);
        line.reads[writer] = (line.reads[writer] ?? 0) + 1;
        return firstResult + writer;
      }
    }
  };
  instructions.forEach((instruction, i) => {
    line.a[i] = read(instruction.a);
    if ("b" in instruction) line.b[i] = read(instruction.b);
    if ("out" in instruction) writers[checked("register", instruction.out, bounds.registers)] = i;
  });
  return line;
}
