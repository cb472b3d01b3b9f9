import { OPERATION } from "../circuits/operations/operation.ts";
import { KEY_OPERATION } from "../circuits/keys/keys-air.ts";
import type { Instruction } from "../circuits/shapes/instruction.ts";
import { SHA256_OPERATION } from "../circuits/sha256/sha256-air.ts";
import { LIMBS, limbsOf } from "../circuits/shapes/word.ts";
import { IndexedCode, LOAD_ARRAY, MACHINE, STORE_ARRAY } from "../machine/instructions/privileged.ts";
import { ARRAYS } from "../machine/kernel/names.ts";
import { PUSH_ROW, type RomRow } from "../machine/rom/rom-row.ts";
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

/** What an instruction does besides moving words of the stack. */
interface Meaning {
  readonly pops: 0 | 1 | 2 | 3;
  /** The word that the result is in. */
  readonly result?: "c" | "d";
  readonly cells?: Partial<Instruction>;
}

const BINARY = Object.values(OPERATION).filter(
  (code) => code !== OPERATION.addmod && code !== OPERATION.mulmod && code !== OPERATION.clz,
);

/** a points to bytes of the memory of a frame. */
const POINTED = { isAddressed: 1, isPointer: 1, space: KERNEL_MEMORY_SPACE } as const;
/** a is the place of a word of a frame's stack. */
const STACKED = { isAddressed: 1, space: USER_STACK_SPACE } as const;
const GAS = { space: FIELD_SPACE, index: GAS_FIELD, isOfFrame: 1 } as const;

const MEANINGS = new Map<number, Meaning>([
  ...BINARY.map((operation): [number, Meaning] => [operation, { pops: 2, result: "c", cells: { computes: 1, operation } }]),
  ...[OPERATION.addmod, OPERATION.mulmod].map((operation): [number, Meaning] => [
    operation,
    { pops: 3, result: "d", cells: { computes: 1, operation } },
  ]),
  [OPERATION.clz, { pops: 1, result: "c", cells: { computes: 1, operation: OPERATION.clz } }],
  [MACHINE.key.code, { pops: 3, result: "d", cells: { computes: 1, operation: KEY_OPERATION.key } }],
  [MACHINE.accountOfKey.code, { pops: 1, result: "c", cells: { computes: 1, operation: KEY_OPERATION.accountOfKey } }],
  [MACHINE.sha256Block.code, { pops: 3, result: "d", cells: { computes: 1, operation: SHA256_OPERATION } }],
  [0x14, { pops: 2, result: "c", cells: { isEqual: 1 } }],
  [0x15, { pops: 1, result: "c", cells: { isZero: 1 } }],
  [0x19, { pops: 1, result: "c", cells: { isNot: 1 } }],
  [0x20, { pops: 2, result: "c", cells: { hashes: 1, ...POINTED } }],
  [0x46, { pops: 0, result: "d", cells: { reads: 1, ...ENVIRONMENT_PLACES.chainId } }],
  [0x48, { pops: 0, result: "d", cells: { reads: 1, ...ENVIRONMENT_PLACES.baseFee } }],
  [MACHINE.run.code, { pops: 0, result: "c", cells: { runsUser: 1 } }],
  [MACHINE.copy.code, { pops: 3, result: "c", cells: { copies: 1, ...POINTED } }],
  [MACHINE.recover.code, { pops: 1, result: "c", cells: { recovers: 1, isAddressed: 1, space: KERNEL_MEMORY_SPACE } }],
  [0x50, { pops: 1 }],
  [0x51, { pops: 1, result: "d", cells: { reads: 1, isBytes: 1, ...POINTED } }],
  [0x52, { pops: 2, cells: { writesB: 1, isBytes: 1, ...POINTED } }],
  [0x53, { pops: 2, cells: { writesByte: 1, isBytes: 1, ...POINTED } }],
  [0x56, { pops: 1, cells: { jumps: 1 } }],
  [0x5a, { pops: 0, result: "d", cells: { reads: 1, ...GAS } }],
  [0x5b, { pops: 0 }],
  [PUSH_ROW, { pops: 0 }],
  [MACHINE.setGas.code, { pops: 1, cells: { writesA: 1, ...GAS } }],
  [MACHINE.loadUser.code, { pops: 1, result: "d", cells: { reads: 1, ...STACKED } }],
  [MACHINE.storeUser.code, { pops: 2, cells: { writesB: 1, ...STACKED } }],
  [MACHINE.enterFrame.code, { pops: 1, cells: { writesA: 1, entersFrame: 1, ...placeOfVariable("frame") } }],
  // They only tell the interpreter something.
  [MACHINE.endTransaction.code, { pops: 0 }],
  [MACHINE.endOperation.code, { pops: 0 }],
  [MACHINE.keepCode.code, { pops: 3, result: "c" }],
  [MACHINE.codeLength.code, { pops: 1, result: "d", cells: { isHint: 1 } }],
  [MACHINE.codeWord.code, { pops: 2, result: "d", cells: { isHint: 1 } }],
  [MACHINE.foldedHash.code, { pops: 1, result: "d", cells: { isHint: 1 } }],
  [MACHINE.foldedBefore.code, { pops: 1, result: "d", cells: { isHint: 1 } }],
  [MACHINE.compress.code, { pops: 3, result: "d", cells: { compresses: 1 } }],
  [MACHINE.hint.code, { pops: 0, result: "d", cells: { isHint: 1 } }],
  ...ARRAYS.flatMap((_, array): [number, Meaning][] => [
    [LOAD_ARRAY + array, { pops: 1, result: "d", cells: { reads: 1, isAddressed: 1, space: ARRAY_SPACE + array } }],
    [STORE_ARRAY + array, { pops: 2, cells: { writesB: 1, isAddressed: 1, space: ARRAY_SPACE + array } }],
  ]),
]);

const decoded = new WeakMap<readonly RomRow[], readonly (Instruction | undefined)[]>();

/** All rows of a program as `decode` has them; decoded once. */
export function decodeAll(rows: readonly RomRow[]): readonly (Instruction | undefined)[] {
  const instructions = decoded.get(rows) ?? rows.map(decode);
  decoded.set(rows, instructions);
  return instructions;
}

/**
 * A row of a program as the tables have it; undefined for a row that they do not prove (yet). Such rows are left out of the
 * proven program, so that no run that comes to one has a proof.
 */
export function decode(row: RomRow): Instruction | undefined {
  const { opcode, immediate } = row;
  const hasImmediate = immediate !== undefined;
  const isDuplicate = opcode >= 0x80 && opcode < 0x90;
  const isSwap = opcode >= 0x90 && opcode < 0xa0;
  if (isDuplicate || isSwap) {
    if (hasImmediate) return undefined;
    return { ...base(row), ...(isDuplicate ? duplicate(opcode - 0x7f) : swap(opcode - 0x8f)) };
  }
  const meaning = meaningOf(row);
  if (meaning === undefined) return undefined;
  if (opcode === PUSH_ROW) return { ...base(row), putsB: 1, depthB: 1, growth: 1 };
  // With one operand the second is zero on the bus, where an immediate's row has the top of the stack.
  const hasOne = meaning.pops === 1 && meaning.cells?.computes === 1;
  if (hasImmediate && (meaning.pops === 0 || hasOne)) return undefined;
  return { ...base(row), ...moves(meaning, hasImmediate), ...meaning.cells };
}

function meaningOf({ pc, opcode, index, negated }: RomRow): Meaning | undefined {
  switch (opcode) {
    case 0x00:
      return { pops: 0, cells: { stops: 1, next: pc } };
    case 0x57:
      return { pops: 2, cells: negated ? { jumpsUnless: 1 } : { jumpsIf: 1 } };
    case IndexedCode.getVariable:
      return { pops: 0, result: "d", cells: { reads: 1, space: VARIABLE_SPACE, index } };
    case IndexedCode.setVariable:
      return { pops: 1, cells: { writesA: 1, space: VARIABLE_SPACE, index } };
    case IndexedCode.getField:
      return { pops: 0, result: "d", cells: { reads: 1, space: FIELD_SPACE, index, isOfFrame: 1 } };
    case IndexedCode.setField:
      return { pops: 1, cells: { writesA: 1, space: FIELD_SPACE, index, isOfFrame: 1 } };
    default:
      return MEANINGS.get(opcode);
  }
}

/**
 * Where operands come from and the new top is. Operands are a, b and c in this order; with an immediate, that is a and the top
 * is b. Without an operand left for it, a top that was there is put down; without a result, the next word is taken up.
 */
function moves({ pops, result }: Meaning, hasImmediate: boolean): Partial<Instruction> {
  const top = result === "c" ? { topC: 1 } : result === "d" ? { topD: 1 } : {};
  const taken = pops - (hasImmediate ? 1 : 0);
  if (taken <= 0) {
    if (result === undefined) return hasImmediate && pops === 1 ? { topB: 1 } : {};
    const put = hasImmediate ? { putsB: 1, depthB: 1 } : { putsA: 1, depthA: 1 };
    return { ...put, ...top, growth: 1 };
  }
  // Words taken from below the top: the other operands, and the new top where there is no result.
  const below = taken - 1 + (result === undefined ? 1 : 0);
  const words: Partial<Instruction> = hasImmediate
    ? { takesC: below }
    : { takesB: below > 0 ? 1 : 0, depthB: below > 0 ? 2 : 0, takesC: below > 1 ? 1 : 0 };
  const last = result !== undefined ? top : hasImmediate || below > 1 ? { topC: 1 } : { topB: 1 };
  return { ...words, ...last, growth: (result === undefined ? 0 : 1) - taken };
}

function duplicate(depth: number): Partial<Instruction> {
  if (depth === 1) return { putsA: 1, depthA: 1, growth: 1 };
  return { putsA: 1, depthA: 1, takesB: 1, putsB: 1, depthB: depth, topB: 1, growth: 1 };
}

function swap(distance: number): Partial<Instruction> {
  return { putsA: 1, depthA: distance + 1, takesB: 1, depthB: distance + 1, topB: 1 };
}

function base({ pc, next, immediate }: RomRow): Instruction {
  return {
    pc,
    next,
    hasImmediate: immediate === undefined ? 0 : 1,
    immediate: immediate === undefined ? new Array<number>(LIMBS).fill(0) : limbsOf(immediate),
    ...NO_EFFECT,
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
