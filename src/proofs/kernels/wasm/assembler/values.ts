import { signed, unsigned } from "./leb128.ts";

/**
 * Operators of the WebAssembly instruction set as functions on values. A value is the code that leaves it on the stack:
 * using one twice runs it twice, so what is used again belongs into a local (`FunctionBuilder.let`).
 * Opcodes: WebAssembly core specification 2.0, chapter 5.4. Memory offsets are in bytes.
 */
export const I32 = 0x7f;
export const I64 = 0x7e;
export const V128 = 0x7b;
export type ValueType = typeof I32 | typeof I64 | typeof V128;

export interface Value {
  readonly type: ValueType;
  readonly code: readonly number[];
}

function value(type: ValueType, ...parts: readonly (readonly number[])[]): Value {
  return { type, code: parts.flat() };
}

const vectorOp = (opcode: number): number[] => [0xfd, ...unsigned(opcode)];

const binary =
  (type: ValueType, opcode: readonly number[]) =>
  (a: Value, b: Value): Value =>
    value(type, a.code, b.code, opcode);
const vectorShift =
  (opcode: number) =>
  (a: Value, bits: number | Value): Value =>
    value(V128, a.code, (typeof bits === "number" ? i32.const(bits) : bits).code, vectorOp(opcode));
const load =
  (type: ValueType, opcode: readonly number[], alignment: number) =>
  (address: Value, offset = 0): Value =>
    value(type, address.code, opcode, [alignment], unsigned(offset));

export const i32 = {
  const: (n: number): Value => value(I32, [0x41], signed(BigInt(n | 0))),
  load: load(I32, [0x28], 2),
  add: binary(I32, [0x6a]),
  sub: binary(I32, [0x6b]),
  mul: binary(I32, [0x6c]),
  and: binary(I32, [0x71]),
  shl: (a: Value, bits: number): Value => value(I32, a.code, i32.const(bits).code, [0x74]),
  shru: (a: Value, bits: number): Value => value(I32, a.code, i32.const(bits).code, [0x76]),
  eq: binary(I32, [0x46]),
  eqz: (a: Value): Value => value(I32, a.code, [0x45]),
  ltu: binary(I32, [0x49]),
  gtu: binary(I32, [0x4b]),
  geu: binary(I32, [0x4f]),
  wrap: (a: Value): Value => value(I32, a.code, [0xa7]),
};

export const i64 = {
  const: (n: bigint): Value => value(I64, [0x42], signed(BigInt.asIntN(64, n))),
  load: load(I64, [0x29], 3),
  /** Four bytes, zero-extended. */
  load32: load(I64, [0x35], 2),
  /** Four bytes with their sign. */
  load32Signed: load(I64, [0x34], 2),
  add: binary(I64, [0x7c]),
  sub: binary(I64, [0x7d]),
  mul: binary(I64, [0x7e]),
  remu: binary(I64, [0x82]),
  and: binary(I64, [0x83]),
  or: binary(I64, [0x84]),
  xor: binary(I64, [0x85]),
  shl: binary(I64, [0x86]),
  shrs: binary(I64, [0x87]),
  shru: binary(I64, [0x88]),
  rotl: binary(I64, [0x89]),
  eqz: (a: Value): Value => value(I32, a.code, [0x50]),
  extend: (a: Value): Value => value(I64, a.code, [0xad]),
};

export const v128 = {
  /** The 32-bit constant in all four lanes. */
  const32: (n: number): Value => {
    const bytes = [n & 255, (n >>> 8) & 255, (n >>> 16) & 255, n >>> 24];
    return value(V128, vectorOp(0x0c), bytes, bytes, bytes, bytes);
  },
  /** Sixteen bytes. */
  const8: (bytes: readonly number[]): Value => value(V128, vectorOp(0x0c), bytes),
  load: load(V128, vectorOp(0x00), 4),
  /** One 32-bit word in all four lanes. */
  load32Splat: load(V128, vectorOp(0x09), 2),
  /** One 64-bit word in both lanes. */
  load64Splat: load(V128, vectorOp(0x0a), 3),
  /** Two consecutive 32-bit words, each zero-extended to 64 bits. */
  load32x2: load(V128, vectorOp(0x06), 3),
  load32Zero: load(V128, vectorOp(0x5c), 2),
  load64Zero: load(V128, vectorOp(0x5d), 3),
  /** Replaces 32-bit lane `lane` of `vector` by the word at the address. */
  load32Lane: (address: Value, vector: Value, lane: number, offset = 0): Value =>
    value(V128, address.code, vector.code, vectorOp(0x56), [2], unsigned(offset), [lane]),
  /** Replaces 64-bit lane `lane` of `vector` by the word at the address. */
  load64Lane: (address: Value, vector: Value, lane: number, offset = 0): Value =>
    value(V128, address.code, vector.code, vectorOp(0x57), [3], unsigned(offset), [lane]),
  splat32: (a: Value): Value => value(V128, a.code, vectorOp(0x11)),
  splat64: (a: Value): Value => value(V128, a.code, vectorOp(0x12)),
  extract32: (a: Value, lane: number): Value => value(I32, a.code, vectorOp(0x1b), [lane]),
  extract64: (a: Value, lane: number): Value => value(I64, a.code, vectorOp(0x1d), [lane]),
  and: binary(V128, vectorOp(0x4e)),
  /** a and not b. */
  andnot: binary(V128, vectorOp(0x4f)),
  or: binary(V128, vectorOp(0x50)),
  xor: binary(V128, vectorOp(0x51)),
  /** Bytes picked from a (0–15) and b (16–31). */
  shuffle8: (a: Value, b: Value, lanes: readonly number[]): Value => value(V128, a.code, b.code, vectorOp(0x0d), lanes),
  /** 32-bit lanes picked from a (0–3) and b (4–7). */
  shuffle32: (a: Value, b: Value, lanes: readonly [number, number, number, number]): Value =>
    v128.shuffle8(
      a,
      b,
      lanes.flatMap((lane) => [4 * lane, 4 * lane + 1, 4 * lane + 2, 4 * lane + 3]),
    ),
};

/** Sixteen lanes of a byte. */
export const i8x16 = {
  add: binary(V128, vectorOp(0x6e)),
  /** The lowest byte of a number in all lanes. */
  splat: (a: Value): Value => value(V128, a.code, vectorOp(0x0f)),
  /** Bytes of the first operand by the indices in the second; 0 for an index beyond 15. */
  swizzle: binary(V128, vectorOp(0x0e)),
};

/** Four lanes of 32 bits. */
export const i32x4 = {
  add: binary(V128, vectorOp(0xae)),
  sub: binary(V128, vectorOp(0xb1)),
  mul: binary(V128, vectorOp(0xb5)),
  minu: binary(V128, vectorOp(0xb7)),
  shl: vectorShift(0xab),
  shrs: vectorShift(0xac),
  shru: vectorShift(0xad),
  /** 1 unless a lane is zero. */
  allTrue: (a: Value): Value => value(I32, a.code, vectorOp(0xa3)),
  /** Each lane as two signed numbers of 16 bits: the sum of the products of the low ones and of the high ones. */
  dot16: binary(V128, vectorOp(0xba)),
};

/** Two lanes of 64 bits. */
export const i64x2 = {
  add: binary(V128, vectorOp(0xce)),
  shl: vectorShift(0xcb),
  shru: vectorShift(0xcd),
  /** Full 64-bit products of the low (0, 1) or high (2, 3) 32-bit lanes. */
  mulLow: binary(V128, vectorOp(0xde)),
  mulHigh: binary(V128, vectorOp(0xdf)),
  mulLowSigned: binary(V128, vectorOp(0xdc)),
  mulHighSigned: binary(V128, vectorOp(0xdd)),
};

/** Eight lanes of 16 bits. */
export const i16x8 = {
  add: binary(V128, vectorOp(0x8e)),
  sub: binary(V128, vectorOp(0x91)),
};

/** The lower or upper half of the lanes of 8 or 16 bits, each twice as wide, without a sign. */
export const widened = {
  lower8: (a: Value): Value => value(V128, a.code, vectorOp(0x89)),
  upper8: (a: Value): Value => value(V128, a.code, vectorOp(0x8a)),
  lower16: (a: Value): Value => value(V128, a.code, vectorOp(0xa9)),
  upper16: (a: Value): Value => value(V128, a.code, vectorOp(0xaa)),
};

/** Sixteen lanes of 8 bits, and eight of 16, from wider lanes of both; a lane must fit. */
export const narrowed = {
  to8: binary(V128, vectorOp(0x66)),
  to16: binary(V128, vectorOp(0x86)),
};
