import type { VectorOperand } from "../kernels/backend.ts";

/** One or two operands, and the register that is written, if one is. */
interface Instruction {
  readonly a: VectorOperand;
  readonly b?: VectorOperand;
  readonly out?: number;
}

/**
 * Maps straight-line code in which every instruction writes a register of its own to as few registers as are live at
 * once: a register is free again after its last read, so an instruction may write over one of its own operands.
 */
export function allocateRegisters<I extends Instruction>(
  instructions: readonly I[],
): { readonly registerCount: number; readonly instructions: readonly I[] } {
  const lastRead = new Map<number, number>();
  instructions.forEach((instruction, at) => {
    for (const register of registersRead(instruction)) lastRead.set(register, at);
  });
  const assigned = new Map<number, number>();
  const free: number[] = [];
  let registerCount = 0;
  const physical = (operand: VectorOperand): VectorOperand => {
    if (operand.kind !== "register") return operand;
    const index = assigned.get(operand.index);
    if (index === undefined) throw new Error(`register ${operand.index} is read before it is written`);
    return { kind: "register", index };
  };
  const mapped = instructions.map((instruction, at): I => {
    const operands = { a: physical(instruction.a), ...(instruction.b && { b: physical(instruction.b) }) };
    for (const register of new Set(registersRead(instruction))) {
      const index = assigned.get(register);
      if (lastRead.get(register) === at && index !== undefined) free.push(index);
    }
    if (instruction.out === undefined) return { ...instruction, ...operands };
    const out = free.pop() ?? registerCount++;
    assigned.set(instruction.out, out);
    return { ...instruction, ...operands, out };
  });
  return { registerCount, instructions: mapped };
}

function registersRead({ a, b }: Instruction): number[] {
  return [a, b].flatMap((operand) => (operand?.kind === "register" ? [operand.index] : []));
}
