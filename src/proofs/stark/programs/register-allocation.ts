import type { VectorOperand } from "../../kernels/backend.ts";

/**
 * Registers of the values of straight-line code, as few as are live at the same time: a register is free after its last read, so
 * an instruction may overwrite one of its operands.
 */
export class RegisterAllocation {
  /** The last instruction that reads each value. */
  readonly #lastRead: Int32Array;
  /** Operands besides registers, by value. */
  readonly #operandOf: (value: number) => VectorOperand | undefined;
  readonly #assigned: Int32Array;
  readonly #operands: (VectorOperand | undefined)[];
  /** Registers as operands, by number. */
  readonly #registers: VectorOperand[] = [];
  readonly #free: number[] = [];

  constructor(lastRead: Int32Array, operandOf: (value: number) => VectorOperand | undefined) {
    this.#lastRead = lastRead;
    this.#operandOf = operandOf;
    this.#assigned = new Int32Array(lastRead.length).fill(-1);
    this.#operands = new Array<VectorOperand | undefined>(lastRead.length).fill(undefined);
  }

  get count(): number {
    return this.#registers.length;
  }

  /** The operand for a value; equal ones are one object. Throws for a value that is read before it is written. */
  operandOf(value: number): VectorOperand {
    const register = this.#assigned[value] as number;
    if (register >= 0) return this.#registers[register] as VectorOperand;
    const operand = (this.#operands[value] ??= this.#operandOf(value));
    if (operand === undefined) throw new Error(`value ${value} is read before it is written`);
    return operand;
  }

  /** Frees a value's register if this instruction is the last to read it. */
  release(value: number, instruction: number): void {
    const register = this.#assigned[value] as number;
    if (register < 0 || this.#lastRead[value] !== instruction) return;
    // Once, even if the instruction reads it twice.
    this.#lastRead[value] = -1;
    this.#free.push(register);
  }

  /** Assigns a register to a value that an instruction writes. */
  take(value: number): number {
    const register = this.#free.pop() ?? this.#registers.push({ kind: "register", index: this.#registers.length }) - 1;
    this.#assigned[value] = register;
    return register;
  }
}
