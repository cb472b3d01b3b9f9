import type { VectorOperand, VectorProgram } from "../../backend.ts";

/** Words per instruction: operation, out or scope, then kind and index of both operands (the second's index is a weight). */
export const INSTRUCTION_WORDS = 6;

export const OPERATION = { add: 0, sub: 1, mul: 2, accumulate: 3 } as const;
export const OPERAND = { register: 0, column: 1, nextColumn: 2, scalar: 3 } as const;

/** How many of each thing a program may refer to. */
export interface ProgramBounds {
  readonly columns: number;
  readonly scalars: number;
  readonly weights: number;
}

/**
 * A constraint program as numbers, which travel to the threads faster than objects and need no checks there.
 * Throws RangeError when it refers to a register, column, scalar, weight or scope that does not exist.
 */
export function encodeProgram(program: VectorProgram, bounds: ProgramBounds): Int32Array {
  const checked = (what: string, index: number, count: number): number => {
    if (!Number.isInteger(index) || index < 0 || index >= count) {
      throw new RangeError(`constraint program refers to a missing ${what} ${index} (there are ${count})`);
    }
    return index;
  };
  const register = (index: number): number => checked("register", index, program.registerCount);
  const operand = (o: VectorOperand): [number, number] => {
    switch (o.kind) {
      case "register":
        return [OPERAND.register, register(o.index)];
      case "column":
        return [o.next ? OPERAND.nextColumn : OPERAND.column, checked("column", o.index, bounds.columns)];
      case "scalar":
        return [OPERAND.scalar, checked("scalar", o.index, bounds.scalars)];
    }
  };
  return Int32Array.from(
    program.instructions.flatMap((instruction) => {
      if (instruction.op !== "accumulate") {
        const { op, out, a, b } = instruction;
        return [OPERATION[op], register(out), ...operand(a), ...operand(b)];
      }
      const weight = checked("weight", instruction.weight, bounds.weights);
      return [OPERATION.accumulate, checked("scope", instruction.scope, 4), ...operand(instruction.a), 0, weight];
    }),
  );
}
