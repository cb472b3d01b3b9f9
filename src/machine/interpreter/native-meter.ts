import { INSTRUCTION_WEIGHTS, NATIVE_BUDGET, UNIT_WEIGHTS } from "../../protocol/native-budget.ts";
import { OPCODES } from "../instructions/evm.ts";
import { fieldIndex, variableIndex } from "../kernel/names.ts";
import { byteLength, isZero } from "./arithmetic.ts";
import type { Frame } from "./frame.ts";
import { LIMBS } from "./limbs.ts";
import type { MachineState } from "./machine-state.ts";
import { readNumber, writeBigInt } from "./word-stack.ts";

const USED = variableIndex("nativeUsed") * LIMBS;
const IS_STATIC = fieldIndex("isStatic") * LIMBS;
/** Opcodes that the kernel serves and whose price is fixed. */
const FIXED_GAS = new Map([
  [0x00, 0],
  [0x40, 20],
  [0x44, 2],
  [0x47, 5],
  [0x5c, 100],
  [0x5d, 100],
]);
/** What an opcode costs and weighs, and how many words its price looks at; undefined where its price is out of reach. */
type Price = (frame: Frame, machine: MachineState) => number | undefined;

/**
 * Adds up what user code takes to prove, opcode by opcode, as docs/protocol.md, section 8, says: an instruction counts once its
 * gas is paid, whatever becomes of it. Opcodes that the kernel serves are counted by the kernel, but for those with a fixed
 * price.
 */
export class NativeMeter {
  #used: number;

  /** Goes on from what the kernel's variable says. */
  constructor({ variables }: MachineState) {
    this.#used = readNumber(variables, USED);
  }

  get isSpent(): boolean {
    return this.#used > NATIVE_BUDGET;
  }

  /** Counts the opcode that is about to run. */
  count(machine: MachineState, frame: Frame, opcode: number): void {
    const weight = INSTRUCTION_WEIGHTS[opcode];
    // Behind a code's end no instruction stands.
    if (weight === undefined || frame.pc >= frame.code.bytes.length) return;
    const [peeked, price] = PRICES.get(opcode) ?? [0, undefined];
    if (price === undefined) {
      const gas = OPCODES[opcode]?.trapped === true ? FIXED_GAS.get(opcode) : OPCODES[opcode]?.gas;
      if (gas !== undefined && gas <= frame.gas) this.#used += weight;
      return;
    }
    if (frame.stack.height < peeked) return;
    const { gas, memoryWords } = frame;
    const units = price(frame, machine);
    [frame.gas, frame.memoryWords] = [gas, memoryWords];
    if (units !== undefined) this.#used += weight + units;
  }

  /** Tells the kernel. */
  store({ variables }: MachineState): void {
    writeBigInt(variables, USED, BigInt(this.#used));
  }
}

const operand = ({ stack }: Frame, depth: number): number => readNumber(stack.limbs, stack.at(depth));
const words = (bytes: number): number => Math.ceil(bytes / 32);

/** A copy to memory at `farthest`, of the length that is the third operand. */
function copying(farthest: (frame: Frame) => number): Price {
  return (frame) => {
    const length = operand(frame, 2);
    return frame.expand(farthest(frame), length) && frame.charge(3 + 3 * words(length))
      ? words(length) * UNIT_WEIGHTS.copiedWord
      : undefined;
  };
}

const access =
  (size: number): Price =>
  (frame) =>
    frame.expand(operand(frame, 0), size) && frame.charge(3) ? 0 : undefined;

/** A log whose topics are missing has paid for itself before. With all of them the kernel serves it. */
const logWithoutTopics =
  (topics: number): Price =>
  (frame) => {
    if (frame.stack.height >= 2 + topics || !isZero(frame.fields, IS_STATIC)) return undefined;
    const length = operand(frame, 1);
    return frame.expand(operand(frame, 0), length) && frame.charge(375 * (topics + 1) + 8 * length) ? 0 : undefined;
  };

/** Opcodes whose price depends on operands, with the number of those. */
const PRICES: ReadonlyMap<number, readonly [peeked: number, price: Price]> = new Map<number, readonly [number, Price]>([
  [
    0x0a,
    [
      2,
      (frame) => {
        const bytes = byteLength(frame.stack.limbs, frame.stack.at(1));
        return frame.charge(10 + 50 * bytes) ? bytes * UNIT_WEIGHTS.exponentByte : undefined;
      },
    ],
  ],
  [
    0x20,
    [
      2,
      (frame) => {
        const length = operand(frame, 1);
        return frame.expand(operand(frame, 0), length) && frame.charge(30 + 6 * words(length))
          ? (Math.floor(length / 136) + 1) * UNIT_WEIGHTS.hashedBlock
          : undefined;
      },
    ],
  ],
  [0x37, [3, copying((frame) => operand(frame, 0))]],
  [0x39, [3, copying((frame) => operand(frame, 0))]],
  [
    0x3e,
    [
      3,
      (frame, machine) => {
        const end = operand(frame, 1) + operand(frame, 2);
        return end > machine.slice("returned").length ? undefined : copying(() => operand(frame, 0))(frame, machine);
      },
    ],
  ],
  [0x51, [1, access(32)]],
  [0x52, [1, access(32)]],
  [0x53, [1, access(1)]],
  [0x5e, [3, copying((frame) => Math.max(operand(frame, 0), operand(frame, 1)))]],
  ...[1, 2, 3, 4].map((topics): [number, readonly [number, Price]] => [0xa0 + topics, [2, logWithoutTopics(topics)]]),
]);
