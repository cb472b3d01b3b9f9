import { OPERATION } from "../circuits/operations/operation.ts";
import { operandSize } from "../circuits/opcodes/opcodes-air.ts";
import { IDLE, USER_OPCODE_FIELDS, type UserOpcode } from "../circuits/shapes/user-opcode.ts";
import { OPCODES, type OpcodeRule } from "../machine/instructions/evm.ts";
import { fieldIndex, type FrameField, type Variable } from "../machine/kernel/names.ts";
import { USER_WEIGHTS } from "../../ground/protocol/native-budget.ts";
import { ENVIRONMENT_PLACES, FIELD_SPACE, placeOfVariable } from "./memory-places.ts";

type Cells = Partial<UserOpcode>;

/** Operands are unchanged, and c or d is put in the place of the last of them, or after them all. */
const UNARY = { takes1: 1, depth1: 1, puts1C: 1 } as const;
const BINARY = { takes1: 1, depth1: 1, takes2: 1, depth2: 2, puts2C: 1 } as const;
const TERNARY = { takes1: 1, depth1: 1, takes2: 1, depth2: 2, takes3: 1 } as const;
const NUMBER = { takes1: 1, puts1C: 1, isNumber: 1 } as const;
const READ = { takes1: 1, puts1D: 1, reads: 1 } as const;

/** Opcodes that touch bytes. Copies take a step more than others, because they are made in sequence. */
const LOAD = { takes1: 1, depth1: 1, puts1C: 1, asks: 1 } as const;
const STORE = { takes1: 1, depth1: 1, takes2: 1, depth2: 2, asks: 1 } as const;
const COPY = { ...TERNARY, asks: 1, ticks: 1 } as const;

const field = (name: FrameField): Cells => ({ space: FIELD_SPACE, index: fieldIndex(name), isOfFrame: 1 });
const variable = (name: Variable): Cells => placeOfVariable(name);
const slice = (name: FrameField): Cells => ({ ...NUMBER, ...field(name), reads: 1, isSliceLength: 1 });

const TERNARY_OPERATIONS: readonly number[] = [OPERATION.addmod, OPERATION.mulmod];
const NOT_PLAIN: readonly number[] = [...TERNARY_OPERATIONS, OPERATION.clz, OPERATION.exp];

/** Effects of the opcodes that user mode runs itself and the tables prove. */
const MEANINGS = new Map<number, Cells>([
  ...Object.values(OPERATION)
    .filter((operation) => !NOT_PLAIN.includes(operation))
    .map((operation): [number, Cells] => [operation, { ...BINARY, computes: 1 }]),
  ...TERNARY_OPERATIONS.map((operation): [number, Cells] => [operation, { ...TERNARY, computes: 1 }]),
  [OPERATION.exp, { ...BINARY, computes: 1, isPower: 1 }],
  [OPERATION.clz, { ...UNARY, computes: 1 }],
  [0x14, { ...BINARY, isEqual: 1 }],
  [0x15, { ...UNARY, isZero: 1 }],
  [0x19, { ...UNARY, isNot: 1 }],
  [0x20, { ...BINARY, asks: 1 }],
  [0x30, { ...READ, ...field("address") }],
  [0x32, { ...READ, ...variable("origin") }],
  [0x33, { ...READ, ...field("caller") }],
  [0x34, { ...READ, ...field("callValue") }],
  [0x35, LOAD],
  [0x36, slice("input")],
  [0x37, COPY],
  [0x38, { ...NUMBER, isCodeLength: 1 }],
  [0x39, COPY],
  [0x3a, { ...READ, ...variable("price") }],
  [0x3d, slice("returned")],
  [0x3e, COPY],
  [0x41, { ...READ, ...variable("coinbase") }],
  [0x42, { ...READ, ...variable("timestamp") }],
  [0x43, { ...READ, ...variable("blockNumber") }],
  [0x44, { ...READ, ...variable("prevRandao") }],
  [0x45, { ...READ, ...ENVIRONMENT_PLACES.blockGasLimit }],
  [0x46, { ...READ, ...ENVIRONMENT_PLACES.chainId }],
  [0x47, { ...READ, ...field("balance") }],
  [0x48, { ...READ, ...ENVIRONMENT_PLACES.baseFee }],
  [0x49, { ...UNARY, isNumber: 1 }],
  [0x4a, { ...NUMBER, literal: 1 }],
  [0x50, {}],
  [0x51, LOAD],
  [0x52, STORE],
  [0x53, STORE],
  [0x56, { takes1: 1, depth1: 1, jumps: 1 }],
  [0x57, { takes1: 1, depth1: 1, takes2: 1, depth2: 2, jumpsIf: 1 }],
  [0x58, { ...NUMBER, isPlace: 1 }],
  [0x59, { takes1: 1, puts1C: 1, asks: 1 }],
  [0x5a, { ...NUMBER, isGas: 1 }],
  [0x5b, {}],
  [0x5e, COPY],
  ...Array.from({ length: 33 }, (_, size): [number, Cells] => [0x5f + size, { takes1: 1, puts1C: 1, isPush: 1 }]),
  ...Array.from({ length: 16 }, (_, i): [number, Cells] => [0x80 + i, { takes1: 1, depth1: i + 1, takes2: 1, puts2A: 1 }]),
  ...Array.from({ length: 16 }, (_, i): [number, Cells] => [
    0x90 + i,
    { takes1: 1, depth1: 1, puts1B: 1, takes2: 1, depth2: i + 2, puts2A: 1 },
  ]),
]);

function decode(byte: number, rule: OpcodeRule | undefined): UserOpcode | undefined {
  if (rule === undefined) return { ...NOTHING, byte, isInvalid: 1 };
  const meaning = rule.trapped ? { traps: 1 } : MEANINGS.get(byte);
  // What the kernel serves it weighs, too.
  const weight = rule.trapped ? 0 : (USER_WEIGHTS.instructions[byte] ?? 0);
  return meaning === undefined ? undefined : { ...NOTHING, byte, weight, size: operandSize(byte), ...needs(rule), ...meaning };
}

function needs({ gas, pops, pushes }: OpcodeRule): Cells {
  return { cost: gas, pops, growth: pushes - pops };
}

const NOTHING = Object.fromEntries(Object.keys(USER_OPCODE_FIELDS).map((name) => [name, 0])) as unknown as UserOpcode;

/** Row that runs no opcode. */
const IDLE_OPCODE: UserOpcode = { ...NOTHING, byte: IDLE };

const DECODED = OPCODES.map((rule, byte) => decode(byte, rule));

/** An opcode as the tables have it. Undefined for one that user mode runs itself and they do not prove. */
export function decodeOpcode(byte: number): UserOpcode | undefined {
  return DECODED[byte];
}

/** All opcodes that are proven, and what a row does that runs none. */
export function userOpcodes(): readonly UserOpcode[] {
  return [...DECODED.filter((opcode) => opcode !== undefined), IDLE_OPCODE];
}
