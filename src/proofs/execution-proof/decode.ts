import { PRODUCT_OFFSET } from "../circuits/buses.ts";
import { OPERATION } from "../circuits/operations/operation.ts";
import { KEY_OPERATION } from "../circuits/keys/keys-air.ts";
import type { Instruction } from "../circuits/shapes/instruction.ts";
import { SHA256_OPERATION } from "../circuits/sha256/sha256-air.ts";
import { LIMBS, limbsOf } from "../circuits/shapes/word.ts";
import { IndexedCode, LOAD_ARRAY, MACHINE, STORE_ARRAY } from "../machine/instructions/privileged.ts";
import { JUMP, JUMPI, STOP } from "../machine/rom/row-operations.ts";
import { ARRAYS } from "../machine/kernel/names.ts";
import { GrowingRow, movesOf, type RowMoves } from "../machine/rom/row-moves.ts";
import type { RomRow } from "../machine/rom/rom-row.ts";
import {
  ARRAY_SPACE,
  ENVIRONMENT_PLACES,
  FIELD_SPACE,
  GAS_FIELD,
  KERNEL_MEMORY_SPACE,
  placeOfVariable,
  USER_STACK_SPACE,
  VARIABLE_SPACE,
} from "./memory-places.ts";

const BINARY = Object.values(OPERATION).filter(
  (code) => code !== OPERATION.addmod && code !== OPERATION.mulmod && code !== OPERATION.clz,
);

/** a points to bytes of the memory of a frame. */
const POINTED = { isAddressed: 1, isPointer: 1, space: KERNEL_MEMORY_SPACE } as const;
/** a is the place of a word of a frame's stack. */
const STACKED = { isAddressed: 1, space: USER_STACK_SPACE } as const;
const GAS = { space: FIELD_SPACE, index: GAS_FIELD, isOfFrame: 1 } as const;

/** Effects of instructions besides moving words. */
const CELLS = new Map<number, Partial<Instruction>>([
  ...BINARY.map((operation): [number, Partial<Instruction>] => [operation, { computes: 1, operation }]),
  ...[OPERATION.addmod, OPERATION.mulmod].map((operation): [number, Partial<Instruction>] => [
    operation,
    { computes: 1, operation },
  ]),
  [OPERATION.clz, { computes: 1, operation: OPERATION.clz }],
  [MACHINE.key.code, { computes: 1, operation: KEY_OPERATION.key }],
  [MACHINE.accountOfKey.code, { computes: 1, operation: KEY_OPERATION.accountOfKey }],
  [MACHINE.sha256Block.code, { computes: 1, operation: SHA256_OPERATION }],
  [0x14, { isEqual: 1 }],
  [0x15, { isZero: 1 }],
  [0x19, { isNot: 1 }],
  [0x20, { hashes: 1, ...POINTED }],
  [0x46, { reads: 1, ...ENVIRONMENT_PLACES.chainId }],
  [0x48, { reads: 1, ...ENVIRONMENT_PLACES.baseFee }],
  [MACHINE.run.code, { runsUser: 1 }],
  [MACHINE.copy.code, { copies: 1, ...POINTED }],
  [MACHINE.recover.code, { recovers: 1, isAddressed: 1, space: KERNEL_MEMORY_SPACE }],
  [0x51, { reads: 1, isBytes: 1, ...POINTED }],
  [0x52, { writesB: 1, isBytes: 1, ...POINTED }],
  [0x53, { writesByte: 1, isBytes: 1, ...POINTED }],
  [0x56, { jumps: 1 }],
  [0x5a, { reads: 1, ...GAS }],
  [MACHINE.setGas.code, { writesA: 1, ...GAS }],
  [MACHINE.loadUser.code, { reads: 1, ...STACKED }],
  [MACHINE.storeUser.code, { writesB: 1, ...STACKED }],
  [MACHINE.enterFrame.code, { writesA: 1, entersFrame: 1, ...placeOfVariable("frame") }],
  // They only tell the interpreter something.
  [MACHINE.codeLength.code, { isHint: 1 }],
  [MACHINE.codeWord.code, { isHint: 1 }],
  [MACHINE.foldedHash.code, { isHint: 1 }],
  [MACHINE.foldedBefore.code, { isHint: 1 }],
  [MACHINE.compress.code, { compresses: 1 }],
  [MACHINE.fieldProduct.code, { multiplies: 1, space: KERNEL_MEMORY_SPACE, index: PRODUCT_OFFSET }],
  [MACHINE.hint.code, { isHint: 1 }],
  ...ARRAYS.flatMap((_, array): [number, Partial<Instruction>][] => [
    [LOAD_ARRAY + array, { reads: 1, isAddressed: 1, space: ARRAY_SPACE + array }],
    [STORE_ARRAY + array, { writesB: 1, isAddressed: 1, space: ARRAY_SPACE + array }],
  ]),
]);

const decoded = new WeakMap<readonly RomRow[], readonly (Instruction | undefined)[]>();

/** All rows of a program as `decode` has them; decoded once. */
export function decodeAll(rows: readonly RomRow[]): readonly (Instruction | undefined)[] {
  const shapes = new GrowingRow();
  const instructions = decoded.get(rows) ?? rows.map((row) => instructionOf(row, movesOf(row.parts, shapes)));
  decoded.set(rows, instructions);
  return instructions;
}

/**
 * A row of a program in the tables' form; undefined for a row that they do not prove (yet). The proven program omits such
 * rows, so that no run that reaches one has a proof.
 */
export function decode(row: RomRow): Instruction | undefined {
  return instructionOf(row, movesOf(row.parts));
}

function instructionOf(row: RomRow, moves: RowMoves | undefined): Instruction | undefined {
  if (moves === undefined) return undefined;
  const { pushed, operation } = moves;
  const stops = operation?.opcode === STOP;
  const words = {
    pc: row.pc,
    next: stops ? row.pc : row.next,
    hasImmediate: pushed === undefined ? 0 : 1,
    immediate: pushed === undefined ? new Array<number>(LIMBS).fill(0) : limbsOf(pushed),
  };
  return { ...NO_EFFECT, ...words, ...movesCells(moves), ...(operation === undefined ? {} : cellsOf(operation)) };
}

function cellsOf({ opcode, index, negated }: NonNullable<RowMoves["operation"]>): Partial<Instruction> {
  switch (opcode) {
    case STOP:
      return { stops: 1 };
    case JUMP:
      return { jumps: 1 };
    case JUMPI:
      return negated ? { jumpsUnless: 1 } : { jumpsIf: 1 };
    case IndexedCode.getVariable:
      return { reads: 1, space: VARIABLE_SPACE, index };
    case IndexedCode.setVariable:
      return { writesA: 1, space: VARIABLE_SPACE, index };
    case IndexedCode.getField:
      return { reads: 1, space: FIELD_SPACE, index, isOfFrame: 1 };
    case IndexedCode.setField:
      return { writesA: 1, space: FIELD_SPACE, index, isOfFrame: 1 };
    default: {
      const cells = CELLS.get(opcode);
      if (cells === undefined) throw new Error(`a row can move the operands of opcode ${opcode}, but no table proves it`);
      return cells;
    }
  }
}

/** A depth of words that are neither taken nor put does not matter. */
function movesCells({ takesB, takesC, putsA, putsB, top, growth }: RowMoves): Partial<Instruction> {
  return {
    takesB: takesB === undefined ? 0 : 1,
    takesC: takesC ? 1 : 0,
    putsA: putsA === undefined ? 0 : 1,
    putsB: putsB === undefined ? 0 : 1,
    depthA: putsA ?? 0,
    depthB: takesB ?? putsB ?? 0,
    growth,
    topB: top === "b" ? 1 : 0,
    topC: top === "c" ? 1 : 0,
    topD: top === "d" ? 1 : 0,
  };
}

const NO_EFFECT = {
  operation: 0,
  depthB: 0,
  depthA: 0,
  growth: 0,
  space: 0,
  index: 0,
  topB: 0,
  topC: 0,
  topD: 0,
  takesB: 0,
  takesC: 0,
  putsA: 0,
  putsB: 0,
  computes: 0,
  isZero: 0,
  isEqual: 0,
  isNot: 0,
  jumps: 0,
  jumpsIf: 0,
  jumpsUnless: 0,
  stops: 0,
  isHint: 0,
  hashes: 0,
  copies: 0,
  recovers: 0,
  compresses: 0,
  multiplies: 0,
  runsUser: 0,
  reads: 0,
  writesA: 0,
  writesB: 0,
  writesByte: 0,
  isAddressed: 0,
  isPointer: 0,
  isBytes: 0,
  isOfFrame: 0,
  entersFrame: 0,
} as const;
