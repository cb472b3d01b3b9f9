import { USER_WEIGHTS, type UserWeights } from "../../ground/protocol/native-budget.ts";
import { LOG_WEIGHTS, SERVED_WEIGHTS } from "../../ground/protocol/served-weights.ts";
import { fitsStack, STACK_NEEDS } from "../../ground/protocol/stack-needs.ts";
import type { RunState } from "./instruction-table.ts";

const WEIGHTS: UserWeights = USER_WEIGHTS;
const HASH_BLOCK = 136n;
const [EXP, KECCAK256] = [0x0a, 0x20];
/** CALLDATACOPY, CODECOPY, RETURNDATACOPY, MCOPY: destination, source, length. */
const COPIES = [0x37, 0x39, 0x3e, 0x5e];

/**
 * Instructions that the kernel serves, with their fixed weights; the memory that they touch is weighed separately. Ends
 * of frames: none.
 */
const SERVED: ReadonlyMap<number, number> = new Map([
  [0x31, SERVED_WEIGHTS.balance],
  [0x3b, SERVED_WEIGHTS.codeSize],
  [0x3c, SERVED_WEIGHTS.codeCopy],
  [0x3f, SERVED_WEIGHTS.codeHash],
  [0x40, SERVED_WEIGHTS.blockHash],
  [0x54, SERVED_WEIGHTS.sload],
  [0x55, SERVED_WEIGHTS.sstore],
  [0x5c, SERVED_WEIGHTS.tload],
  [0x5d, SERVED_WEIGHTS.tstore],
  ...LOG_WEIGHTS.map((units, topics) => [0xa0 + topics, units] as const),
  ...[0xf1, 0xf2, 0xf4, 0xfa].map((opcode) => [opcode, SERVED_WEIGHTS.call] as const),
  ...[0xf0, 0xf5].map((opcode) => [opcode, SERVED_WEIGHTS.create] as const),
  [0xff, SERVED_WEIGHTS.destruct],
]);

/** True if an instruction runs: if words or room on the stack are missing, the library halts in the instruction itself. */
type Runs = (runState: RunState) => boolean;

/** An opcode of a metered block: its weight, and the part that depends on operands in user mode. */
interface OpcodeWeight {
  readonly units: number;
  readonly further: ((runState: RunState) => number) | undefined;
  readonly runs: Runs;
}

/** Weights by opcode. */
export const OPCODE_WEIGHTS: readonly (OpcodeWeight | undefined)[] = Array.from({ length: 256 }, (_, opcode) => {
  const units = SERVED.get(opcode) ?? WEIGHTS.instructions[opcode];
  if (units === undefined) return undefined;
  const need = STACK_NEEDS[opcode];
  if (need === undefined) throw new Error(`opcode ${opcode} has a weight, and takes no known number of words`);
  return { units, further: furtherOf(opcode), runs: ({ stack }: RunState) => fitsStack(need, stack.length) };
});

/** Units of 32-byte words that are copied. */
export function copied(bytes = 0n): number {
  return Number((bytes + 31n) / 32n) * WEIGHTS.copiedWord;
}

/** Units of hashed bytes, without the first permutation's instruction. */
export function hashed(bytes = 0n): number {
  return Number(bytes / HASH_BLOCK + 1n) * WEIGHTS.hashedBlock;
}

function furtherOf(opcode: number): OpcodeWeight["further"] {
  if (COPIES.includes(opcode)) return ({ stack }) => copied(stack.peek(3)[2]);
  if (opcode === EXP) return ({ stack }) => significantBytes(stack.peek(2)[1]) * WEIGHTS.exponentByte;
  if (opcode === KECCAK256) return ({ stack }) => hashed(stack.peek(2)[1]);
  return undefined;
}

function significantBytes(value = 0n): number {
  return value === 0n ? 0 : Math.ceil(value.toString(16).length / 2);
}
