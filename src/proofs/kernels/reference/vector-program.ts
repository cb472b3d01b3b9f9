import type { Ext, ExtensionField } from "../../field/extension.ts";
import { add, mul, sub } from "../../field/koala-bear.ts";
import type { VectorOperand, VectorProgram } from "../backend.ts";

/** Values that a program reads at one row. */
interface ProgramRow {
  readonly current: readonly number[];
  readonly next: readonly number[];
  readonly scalars: ArrayLike<number>;
  readonly weights: readonly Ext[];
}

/**
 * Runs a constraint program at one row and returns its four accumulators, one per scope.
 * Throws RangeError when the program reads a register, column, scalar or weight that does not exist.
 */
export function runProgram(field: ExtensionField, program: VectorProgram, row: ProgramRow): [Ext, Ext, Ext, Ext] {
  const registers = new Array<number | undefined>(program.registerCount);
  const accumulators: [Ext, Ext, Ext, Ext] = [field.zero, field.zero, field.zero, field.zero];
  const read = (operand: VectorOperand): number => {
    const value = readFrom(operand);
    if (value === undefined) throw new RangeError(`constraint program reads a missing ${operand.kind} ${operand.index}`);
    return value;
  };
  const readFrom = (operand: VectorOperand): number | undefined => {
    switch (operand.kind) {
      case "register":
        return registers[operand.index];
      case "column":
        return (operand.next ? row.next : row.current)[operand.index];
      case "scalar":
        return row.scalars[operand.index];
    }
  };
  const operations = { add, sub, mul };
  for (const instruction of program.instructions) {
    if (instruction.op === "accumulate") {
      const weight = row.weights[instruction.weight];
      if (weight === undefined) throw new RangeError(`constraint program reads a missing weight ${instruction.weight}`);
      const { scope } = instruction;
      accumulators[scope] = field.add(accumulators[scope], field.scale(weight, read(instruction.a)));
    } else {
      registers[instruction.out] = operations[instruction.op](read(instruction.a), read(instruction.b));
    }
  }
  return accumulators;
}
