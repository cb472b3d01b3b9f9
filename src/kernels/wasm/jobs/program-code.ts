import type { RowProgram, VectorOperand, VectorProgram } from "../../backend.ts";
import { requireStores } from "../../row-program.ts";

/**
 * Words per instruction: operation; out, scope or stored column; kind and index of both operands (or the weight for an
 * index).
 */
export const INSTRUCTION_WORDS = 6;

export const OPERATION = { add: 0, sub: 1, mul: 2, accumulate: 3, invert: 4, store: 5 } as const;
export const OPERAND = { register: 0, column: 1, nextColumn: 2, scalar: 3 } as const;

/** How many of each thing a program may refer to. */
interface OperandBounds {
  readonly registers: number;
  readonly columns: number;
  readonly scalars: number;
}

function checked(what: string, index: number, count: number): number {
  if (!Number.isInteger(index) || index < 0 || index >= count) {
    throw new RangeError(`a program refers to a missing ${what} ${index} (there are ${count})`);
  }
  return index;
}

function encodeOperand(operand: VectorOperand, bounds: OperandBounds): [number, number] {
  switch (operand.kind) {
    case "register":
      return [OPERAND.register, checked("register", operand.index, bounds.registers)];
    case "column":
      return [operand.next ? OPERAND.nextColumn : OPERAND.column, checked("column", operand.index, bounds.columns)];
    case "scalar":
      return [OPERAND.scalar, checked("scalar", operand.index, bounds.scalars)];
  }
}

/**
 * A constraint program as numbers, which travel to the threads faster than objects and need no checks there.
 * Throws RangeError when it refers to a register, column, scalar, weight or scope that does not exist.
 */
export function encodeProgram(
  program: VectorProgram,
  bounds: { readonly columns: number; readonly scalars: number; readonly weights: number },
): Int32Array {
  const limits = { ...bounds, registers: program.registerCount };
  return Int32Array.from(
    program.instructions.flatMap((instruction) => {
      if (instruction.op !== "accumulate") {
        const { op, out, a, b } = instruction;
        return [
          OPERATION[op],
          checked("register", out, limits.registers),
          ...encodeOperand(a, limits),
          ...encodeOperand(b, limits),
        ];
      }
      const weight = checked("weight", instruction.weight, bounds.weights);
      return [OPERATION.accumulate, checked("scope", instruction.scope, 4), ...encodeOperand(instruction.a, limits), 0, weight];
    }),
  );
}

/**
 * A row program as numbers. Throws RangeError when it refers to a register, column or scalar that does not exist, or does
 * not store each of its columns once.
 */
export function encodeRowProgram(
  program: RowProgram,
  bounds: { readonly columns: number; readonly scalars: number; readonly stored: number },
): Int32Array {
  const limits = { ...bounds, registers: program.registerCount };
  requireStores(program, bounds.stored);
  return Int32Array.from(
    program.instructions.flatMap((instruction) => {
      const a = encodeOperand(instruction.a, limits);
      // The unused operand names register 0, so that no reader takes it for a column.
      if (instruction.op === "store") return [OPERATION.store, instruction.column, ...a, OPERAND.register, 0];
      const out = checked("register", instruction.out, limits.registers);
      if (instruction.op === "invert") return [OPERATION.invert, out, ...a, OPERAND.register, 0];
      return [OPERATION[instruction.op], out, ...a, ...encodeOperand(instruction.b, limits)];
    }),
  );
}
