import type { VectorOperand } from "../../kernels/backend.ts";

/** One or two operands, and the register that is written, if one is. */
interface Instruction {
  readonly a: VectorOperand;
  readonly b?: VectorOperand;
  readonly out?: number;
}

/**
 * Maps straight-line code in which every instruction writes a separate register to as few registers as are
 * live at the same time: a register is free after its last read, so an instruction may overwrite one of its
 * operands. `written` is more than any register's number.
 */
export function allocateRegisters<I extends Instruction>(
  instructions: readonly I[],
  written: number,
): { readonly registerCount: number; readonly instructions: readonly I[] } {
  const lastRead = new Int32Array(written).fill(-1);
  instructions.forEach(({ a, b }, at) => {
    if (a.kind === "register") lastRead[a.index] = at;
    if (b?.kind === "register") lastRead[b.index] = at;
  });
  const assigned = new Int32Array(written).fill(-1);
  /** Operands by their numbers, which equal operands share. */
  const operands: VectorOperand[] = [];
  const free: number[] = [];
  const physical = (operand: VectorOperand): VectorOperand => {
    if (operand.kind !== "register") return operand;
    const mapped = operands[assigned[operand.index] ?? -1];
    if (mapped === undefined) throw new Error(`register ${operand.index} is read before it is written`);
    return mapped;
  };
  const release = (operand: VectorOperand | undefined, at: number): void => {
    if (operand?.kind === "register" && lastRead[operand.index] === at) free.push(assigned[operand.index] ?? 0);
  };
  const mapped = instructions.map((instruction, at): I => {
    const { a, b, out: own } = instruction;
    const read = b === undefined ? { a: physical(a) } : { a: physical(a), b: physical(b) };
    release(a, at);
    if (b?.kind !== "register" || a.kind !== "register" || a.index !== b.index) release(b, at);
    if (own === undefined) return { ...instruction, ...read };
    const out = free.pop() ?? operands.push({ kind: "register", index: operands.length }) - 1;
    assigned[own] = out;
    return { ...instruction, ...read, out };
  });
  return { registerCount: operands.length, instructions: mapped };
}
