import { add, inv, mul, sub } from "../../field/koala-bear.ts";
import type { RowMapRequest, VectorOperand } from "../backend.ts";
import { requireStores, ZERO_INVERTED } from "../row-program.ts";

/**
 * Runs a program at every row of the columns. Throws RangeError when it reads a register, column or scalar that does not
 * exist, inverts zero, or does not store every column of its result once.
 */
export function mapRows(
  { program, scalars, width, logRows }: Pick<RowMapRequest, "program" | "scalars" | "width" | "logRows">,
  columns: readonly Uint32Array[],
): Uint32Array[] {
  const rows = 2 ** logRows;
  requireStores(program, width);
  const stored = Array.from({ length: width }, () => new Uint32Array(rows));
  const operations = { add, sub, mul };
  for (let row = 0; row < rows; row++) {
    const registers = new Array<number | undefined>(program.registerCount);
    const valueOf = (operand: VectorOperand): number | undefined => {
      switch (operand.kind) {
        case "register":
          return registers[operand.index];
        case "column":
          return columns[operand.index]?.[operand.next ? (row + 1) % rows : row];
        case "scalar":
          return scalars[operand.index];
      }
    };
    const read = (operand: VectorOperand): number => {
      const value = valueOf(operand);
      if (value === undefined) throw new RangeError(`a row program reads a missing ${operand.kind} ${operand.index}`);
      return value;
    };
    for (const instruction of program.instructions) {
      const a = read(instruction.a);
      if (instruction.op === "store") (stored[instruction.column] ?? registers)[row] = a;
      else if (instruction.op === "invert") registers[instruction.out] = inverse(a);
      else registers[instruction.out] = operations[instruction.op](a, read(instruction.b));
    }
  }
  return stored;
}

function inverse(value: number): number {
  if (value === 0) throw new RangeError(ZERO_INVERTED);
  return inv(value);
}

/** See `Backend.runningSums`, for one column. Returns the sum of its values. */
export function runningSum(column: Uint32Array): number {
  let sum = 0;
  for (const [row, value] of column.entries()) {
    column[row] = sum;
    sum = add(sum, value);
  }
  const share = mul(sum, inv(column.length));
  let due = 0;
  for (let row = 0; row < column.length; row++) {
    column[row] = sub(column[row] ?? 0, due);
    due = add(due, share);
  }
  return sum;
}
