import { USER_WEIGHTS } from "../../../ground/protocol/native-budget.ts";
import { variableIndex } from "../kernel/names.ts";
import { byteLength } from "./arithmetic.ts";
import type { Frame } from "./frame.ts";
import { LIMBS } from "./limbs.ts";
import type { MachineState } from "./machine-state.ts";
import { readNumber, writeBigInt } from "./word-stack.ts";

const LEFT = variableIndex("nativeLeft") * LIMBS;
/** Units of an opcode in addition to its weight; undefined if gas does not suffice for it. */
type Units = (frame: Frame, machine: MachineState) => number | undefined;

/**
 * Takes what user code weighs from the native budget, opcode by opcode, as docs/protocol.md, section 8, says. What the kernel
 * serves is weighed by the kernel.
 */
export class KernelNativeMeter {
  readonly #machine: MachineState;
  #budget: number;

  /** Continues with the rest in the kernel's variable. */
  constructor(machine: MachineState) {
    this.#machine = machine;
    this.#budget = readNumber(machine.variables, LEFT);
  }

  /**
   * Takes the weight of the opcode that is about to run, its own gas being paid. False where too little is left: the budget
   * then is what is missing, less one.
   */
  take(frame: Frame, opcode: number): boolean {
    const weight = USER_WEIGHTS.instructions[opcode] ?? 0;
    const units = this.#unitsOf(frame, opcode);
    // It halts for lack of gas.
    if (units === undefined) return true;
    const rest = this.#budget - weight - units;
    this.#budget = rest < 0 ? -rest - 1 : rest;
    return rest >= 0;
  }

  /** Tells the kernel. */
  store(): void {
    writeBigInt(this.#machine.variables, LEFT, BigInt(this.#budget));
  }

  #unitsOf(frame: Frame, opcode: number): number | undefined {
    const unitsOf = UNITS[opcode];
    if (unitsOf === undefined) return 0;
    const { gas, memoryWords } = frame;
    const units = unitsOf(frame, this.#machine);
    [frame.gas, frame.memoryWords] = [gas, memoryWords];
    return units;
  }
}

const operand = ({ stack }: Frame, depth: number): number => readNumber(stack.limbs, stack.at(depth));
const words = (bytes: number): number => Math.ceil(bytes / 32);

/** A copy to memory at `farthest`, of the length that is the third operand. */
function copying(farthest: (frame: Frame) => number): Units {
  return (frame) => {
    const length = operand(frame, 2);
    if (!frame.expand(farthest(frame), length) || !frame.charge(3 * words(length))) return undefined;
    return words(length) * USER_WEIGHTS.copiedWord;
  };
}

const access =
  (size: number): Units =>
  (frame) =>
    frame.expand(operand(frame, 0), size) ? 0 : undefined;

function exponent(frame: Frame): number | undefined {
  const bytes = byteLength(frame.stack.limbs, frame.stack.at(1));
  return frame.charge(50 * bytes) ? bytes * USER_WEIGHTS.exponentByte : undefined;
}

function hash(frame: Frame): number | undefined {
  const length = operand(frame, 1);
  return frame.expand(operand(frame, 0), length) && frame.charge(6 * words(length))
    ? (Math.floor(length / 136) + 1) * USER_WEIGHTS.hashedBlock
    : undefined;
}

const copyReturned: Units = (frame, machine) => {
  const end = operand(frame, 1) + operand(frame, 2);
  return end > machine.slice("returned").length ? undefined : copying((each) => operand(each, 0))(frame, machine);
};

/** Opcodes whose gas depends on operands. */
const DEPENDENT: ReadonlyMap<number, Units> = new Map<number, Units>([
  [0x0a, exponent],
  [0x20, hash],
  [0x37, copying((frame) => operand(frame, 0))],
  [0x39, copying((frame) => operand(frame, 0))],
  [0x3e, copyReturned],
  [0x51, access(32)],
  [0x52, access(32)],
  [0x53, access(1)],
  [0x5e, copying((frame) => Math.max(operand(frame, 0), operand(frame, 1)))],
]);
const UNITS: readonly (Units | undefined)[] = Array.from({ length: 256 }, (_, opcode) => DEPENDENT.get(opcode));
