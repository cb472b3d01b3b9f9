import { IndexedCode, LOAD_ARRAY, MACHINE, STORE_ARRAY } from "../instructions/privileged.ts";
import { ARRAYS } from "../kernel/names.ts";

/** Indexes of an instruction's operands and result in a row's words (`row-moves.ts`). */
export interface RowOperation {
  readonly pops: 0 | 1 | 2 | 3;
  /** The word that the result is in; "third" where it is the last operand itself. */
  readonly result?: "c" | "d" | "third";
  /** Whether nothing reads the operands: the row only has to be rid of them. */
  readonly isBlind?: true;
  /** True if a word b would be read as a second operand, which this operation lacks. */
  readonly excludesB?: true;
  /** The instruction that gives the same of exchanged operands. */
  readonly exchanged?: number;
  /** True if it needs a separate row. */
  readonly isAlone?: true;
}

export const [STOP, ADD, MUL, LT, GT, SLT, SGT, EQ, ISZERO] = [0x00, 0x01, 0x02, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15] as const;
const [AND, OR, XOR, NOT, CLZ, ADDMOD, MULMOD] = [0x16, 0x17, 0x18, 0x19, 0x1e, 0x08, 0x09] as const;
export const [POP, JUMP, JUMPI, JUMPDEST] = [0x50, 0x56, 0x57, 0x5b] as const;

const EXCHANGED: ReadonlyMap<number, number> = new Map([
  ...[ADD, MUL, EQ, AND, OR, XOR].map((opcode) => [opcode, opcode] as const),
  ...[
    [LT, GT],
    [SLT, SGT],
  ].flatMap(([one = 0, other = 0]) => [[one, other] as const, [other, one] as const]),
]);

function binary(opcode: number): [number, RowOperation] {
  const exchanged = EXCHANGED.get(opcode);
  return [opcode, { pops: 2, result: "c", ...(exchanged === undefined ? {} : { exchanged }) }];
}

const READ: RowOperation = { pops: 0, result: "d" };
const HINT = { result: "d", isBlind: true } as const;

/** Operations by opcode. Missing ones have no table that proves them. Stack moves, pushes, jumps and labels are not here. */
const OPERATIONS: ReadonlyMap<number, RowOperation> = new Map<number, RowOperation>([
  [STOP, { pops: 0, isAlone: true }],
  ...[0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x0a, 0x0b, 0x10, 0x11, 0x12, 0x13, 0x14].map(binary),
  ...[0x16, 0x17, 0x18, 0x1a, 0x1b, 0x1c, 0x1d].map(binary),
  [ADDMOD, { pops: 3, result: "d" }],
  [MULMOD, { pops: 3, result: "d" }],
  [ISZERO, { pops: 1, result: "c" }],
  [NOT, { pops: 1, result: "c" }],
  [CLZ, { pops: 1, result: "c", excludesB: true }],
  [0x20, { pops: 2, result: "c" }],
  [0x46, READ],
  [0x48, READ],
  [0x5a, READ],
  [0x51, { pops: 1, result: "d" }],
  [0x52, { pops: 2 }],
  [0x53, { pops: 2 }],
  [IndexedCode.getVariable, READ],
  [IndexedCode.getField, READ],
  [IndexedCode.setVariable, { pops: 1 }],
  [IndexedCode.setField, { pops: 1 }],
  [MACHINE.key.code, { pops: 3, result: "d" }],
  [MACHINE.accountOfKey.code, { pops: 1, result: "c", excludesB: true }],
  [MACHINE.sha256Block.code, { pops: 3, result: "d" }],
  [MACHINE.run.code, { pops: 0, result: "c", isAlone: true }],
  [MACHINE.copy.code, { pops: 3, result: "third" }],
  [MACHINE.recover.code, { pops: 1, result: "d" }],
  [MACHINE.setGas.code, { pops: 1 }],
  [MACHINE.fieldProduct.code, { pops: 1 }],
  [MACHINE.loadUser.code, { pops: 1, result: "d" }],
  [MACHINE.storeUser.code, { pops: 2 }],
  [MACHINE.enterFrame.code, { pops: 1 }],
  [MACHINE.compress.code, { pops: 3, result: "d" }],
  [MACHINE.hint.code, { pops: 0, ...HINT }],
  [MACHINE.codeLength.code, { pops: 1, ...HINT }],
  [MACHINE.codeWord.code, { pops: 2, ...HINT }],
  [MACHINE.foldedHash.code, { pops: 1, ...HINT }],
  [MACHINE.foldedBefore.code, { pops: 1, ...HINT }],
  ...ARRAYS.flatMap((_, array): [number, RowOperation][] => [
    [LOAD_ARRAY + array, { pops: 1, result: "d" }],
    [STORE_ARRAY + array, { pops: 2 }],
  ]),
]);

/** Undefined for an instruction that no table proves. */
export function operationOf(opcode: number): RowOperation | undefined {
  return OPERATIONS.get(opcode);
}

/** Pops of opcodes that only inform the interpreter; the last popped word is pushed again if there are any. */
export const TOLD: ReadonlyMap<number, number> = new Map([
  [JUMPDEST, 0],
  [MACHINE.endTransaction.code, 0],
  [MACHINE.endOperation.code, 0],
  [MACHINE.keepCode.code, 3],
]);
