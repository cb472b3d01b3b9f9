/** Opcodes of the operations on the `alu` bus. EQ, ISZERO and NOT are not among them: they take no table. */
export const OPERATION = {
  add: 0x01,
  mul: 0x02,
  sub: 0x03,
  div: 0x04,
  sdiv: 0x05,
  mod: 0x06,
  smod: 0x07,
  addmod: 0x08,
  mulmod: 0x09,
  exp: 0x0a,
  signextend: 0x0b,
  lt: 0x10,
  gt: 0x11,
  slt: 0x12,
  sgt: 0x13,
  and: 0x16,
  or: 0x17,
  xor: 0x18,
  byte: 0x1a,
  shl: 0x1b,
  shr: 0x1c,
  sar: 0x1d,
  clz: 0x1e,
} as const;

export type OperationName = keyof typeof OPERATION;

/** Request to a table: an operation and its operands. Operands that the operation does not have are zero. */
export interface Request {
  readonly operation: OperationName;
  readonly a: bigint;
  readonly b: bigint;
  readonly c: bigint;
}

/** A row of a table that answers a request, all its cells but the number of uses, and what the operation gives. */
export interface Answer<Cells> {
  readonly cells: Cells;
  readonly result: bigint;
}

/** Asks for the result of a further operation, which the row of the first one sends. */
export type Ask = (operation: OperationName, a: bigint, b: bigint) => bigint;
