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

/** Writes two words. */
function encodeOperand(code: Int32Array, at: number, operand: VectorOperand, bounds: OperandBounds): void {
  switch (operand.kind) {
    case "register":
      code[at] = OPERAND.register;
      code[at + 1] = checked("register", operand.index, bounds.registers);
      break;
    case "column":
      code[at] = operand.next ? OPERAND.nextColumn : OPERAND.column;
      code[at + 1] = checked("column", operand.index, bounds.columns);
      break;
    case "scalar":
      code[at] = OPERAND.scalar;
      code[at + 1] = checked("scalar", operand.index, bounds.scalars);
  }
}

/** Codes of programs that proofs use again and again, by what they were checked against. */
const encoded = new WeakMap<object, Map<string, Int32Array>>();

/** In shared memory, so that jobs do not copy it for every thread. */
function encodeOnce(
  program: { readonly instructions: readonly unknown[] },
  bounds: Readonly<Record<string, number>>,
  encode: (code: Int32Array) => void,
): Int32Array {
  const known = encoded.get(program) ?? new Map<string, Int32Array>();
  encoded.set(program, known);
  const name = Object.values(bounds).join();
  const found = known.get(name);
  if (found !== undefined) return found;
  const code = new Int32Array(new SharedArrayBuffer(4 * INSTRUCTION_WORDS * program.instructions.length));
  encode(code);
  known.set(name, code);
  return code;
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
  return encodeOnce(program, bounds, (code) => {
    program.instructions.forEach((instruction, i) => {
      const at = INSTRUCTION_WORDS * i;
      code[at] = OPERATION[instruction.op];
      encodeOperand(code, at + 2, instruction.a, limits);
      if (instruction.op === "accumulate") {
        code[at + 1] = checked("scope", instruction.scope, 4);
        code[at + 5] = checked("weight", instruction.weight, bounds.weights);
      } else {
        code[at + 1] = checked("register", instruction.out, limits.registers);
        encodeOperand(code, at + 4, instruction.b, limits);
      }
    });
  });
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
  return encodeOnce(program, bounds, (code) => {
    requireStores(program, bounds.stored);
    program.instructions.forEach((instruction, i) => {
      const at = INSTRUCTION_WORDS * i;
      code[at] = OPERATION[instruction.op];
      code[at + 1] = instruction.op === "store" ? instruction.column : checked("register", instruction.out, limits.registers);
      encodeOperand(code, at + 2, instruction.a, limits);
      // The unused operand names register 0, so that no reader takes it for a column.
      if (instruction.op !== "store" && instruction.op !== "invert") encodeOperand(code, at + 4, instruction.b, limits);
    });
  });
}
