import type { VectorInstruction, VectorOperand, VectorProgram } from "../kernels/backend.ts";

/**
 * Maps straight-line code in which every instruction writes a register of its own to as few registers as are live at
 * once: a register is free again after its last read, so an instruction may write over one of its own operands.
 */
export function allocateRegisters(instructions: readonly VectorInstruction[]): VectorProgram {
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
  const mapped = instructions.map((instruction, at): VectorInstruction => {
    const a = physical(instruction.a);
    const b = instruction.op === "accumulate" ? undefined : physical(instruction.b);
    for (const register of new Set(registersRead(instruction))) {
      const index = assigned.get(register);
      if (lastRead.get(register) === at && index !== undefined) free.push(index);
    }
    if (instruction.op === "accumulate" || b === undefined) return { ...instruction, a } as VectorInstruction;
    const out = free.pop() ?? registerCount++;
    assigned.set(instruction.out, out);
    return { op: instruction.op, out, a, b };
  });
  return { registerCount, instructions: mapped };
}

function registersRead(instruction: VectorInstruction): number[] {
  const operands = instruction.op === "accumulate" ? [instruction.a] : [instruction.a, instruction.b];
  return operands.flatMap((operand) => (operand.kind === "register" ? [operand.index] : []));
}
