import { LIMBS } from "./limbs.ts";
import { readBigInt, readNumber, writeBigInt, type WordStack } from "./word-stack.ts";

const MASK = (1n << 256n) - 1n;
const LIMB_BITS = 16;

/** Effect of an opcode on a stack with its operands. */
type Operation = (stack: WordStack) => void;

/** The opcodes that only compute, by code. Source: the yellow paper's appendix H; CLZ from EIP-7939. */
export const ARITHMETIC: ReadonlyMap<number, Operation> = new Map([
  [0x01, binary(add)],
  [0x02, binary(multiply)],
  [0x03, binary(subtract)],
  [0x04, onBigInts(2, (a, b) => (b === 0n ? 0n : a / b))],
  [0x05, onBigInts(2, (a, b) => (b === 0n ? 0n : signed(a) / signed(b)))],
  [0x06, onBigInts(2, (a, b) => (b === 0n ? 0n : a % b))],
  [0x07, onBigInts(2, (a, b) => (b === 0n ? 0n : signed(a) % signed(b)))],
  [0x08, onBigInts(3, (a, b, m) => (m === 0n ? 0n : (a + b) % m))],
  [0x09, onBigInts(3, (a, b, m) => (m === 0n ? 0n : (a * b) % m))],
  [0x0a, onBigInts(2, power)],
  [0x0b, onBigInts(2, signExtend)],
  [0x10, binary((w, a, b) => setFlag(w, b, compare(w, a, b) < 0))],
  [0x11, binary((w, a, b) => setFlag(w, b, compare(w, a, b) > 0))],
  [0x12, binary((w, a, b) => setFlag(w, b, compareSigned(w, a, b) < 0))],
  [0x13, binary((w, a, b) => setFlag(w, b, compareSigned(w, a, b) > 0))],
  [0x14, binary((w, a, b) => setFlag(w, b, compare(w, a, b) === 0))],
  [0x15, unary((w, a) => setFlag(w, a, isZero(w, a)))],
  [0x16, binary((w, a, b) => eachLimb(w, a, b, (x, y) => x & y))],
  [0x17, binary((w, a, b) => eachLimb(w, a, b, (x, y) => x | y))],
  [0x18, binary((w, a, b) => eachLimb(w, a, b, (x, y) => x ^ y))],
  [0x19, unary((w, a) => eachLimb(w, a, a, (x) => ~x))],
  [0x1a, onBigInts(2, (i, x) => (i < 32n ? (x >> (248n - 8n * i)) & 255n : 0n))],
  [0x1b, binary(shiftLeft)],
  [0x1c, binary(shiftRight)],
  [0x1d, onBigInts(2, (n, x) => (n < 256n ? signed(x) >> n : signed(x) < 0n ? MASK : 0n))],
  [0x1e, unary(countLeadingZeros)],
]);

/** Whether the word at an offset is 0. */
export function isZero(limbs: Uint16Array, offset: number): boolean {
  for (let i = 0; i < LIMBS; i++) if (limbs[offset + i] !== 0) return false;
  return true;
}

function binary(compute: (limbs: Uint16Array, top: number, second: number) => void): Operation {
  return (stack) => {
    compute(stack.limbs, stack.at(0), stack.at(1));
    stack.drop();
  };
}

function unary(compute: (limbs: Uint16Array, top: number) => void): Operation {
  return (stack) => {
    compute(stack.limbs, stack.at(0));
  };
}

function onBigInts(operands: 2 | 3, compute: (a: bigint, b: bigint, c: bigint) => bigint): Operation {
  return (stack) => {
    const { limbs } = stack;
    const third = operands === 3 ? readBigInt(limbs, stack.at(2)) : 0n;
    const result = compute(readBigInt(limbs, stack.at(0)), readBigInt(limbs, stack.at(1)), third);
    stack.drop(operands - 1);
    writeBigInt(limbs, stack.at(0), result & MASK);
  };
}

function add(limbs: Uint16Array, a: number, b: number): void {
  let carry = 0;
  for (let i = 0; i < LIMBS; i++) {
    carry += (limbs[a + i] as number) + (limbs[b + i] as number);
    limbs[b + i] = carry & 0xffff;
    carry >>>= 16;
  }
}

function subtract(limbs: Uint16Array, a: number, b: number): void {
  let borrow = 0;
  for (let i = 0; i < LIMBS; i++) {
    borrow += (limbs[a + i] as number) - (limbs[b + i] as number);
    limbs[b + i] = borrow & 0xffff;
    borrow >>= 16;
  }
}

function multiply(limbs: Uint16Array, a: number, b: number): void {
  const product = new Uint16Array(LIMBS);
  let sum = 0;
  for (let k = 0; k < LIMBS; k++) {
    // At most 16 products below 2^32 and a carry below 2^21: exact in a double.
    for (let i = 0; i <= k; i++) sum += (limbs[a + i] as number) * (limbs[b + k - i] as number);
    product[k] = sum & 0xffff;
    sum = Math.floor(sum / 0x10000);
  }
  limbs.set(product, b);
}

/** From the highest limb down: each is computed from limbs that have their old values. */
function shiftLeft(limbs: Uint16Array, n: number, x: number): void {
  const [whole, bits] = shiftOf(limbs, n);
  for (let i = LIMBS - 1; i >= 0; i--) {
    const from = i - whole;
    const high = from < 0 ? 0 : (limbs[x + from] as number);
    const low = from < 1 ? 0 : (limbs[x + from - 1] as number);
    limbs[x + i] = (high << bits) | (low >>> (LIMB_BITS - bits));
  }
}

/** From the lowest limb up. */
function shiftRight(limbs: Uint16Array, n: number, x: number): void {
  const [whole, bits] = shiftOf(limbs, n);
  for (let i = 0; i < LIMBS; i++) {
    const from = i + whole;
    const low = from < LIMBS ? (limbs[x + from] as number) : 0;
    const high = from < LIMBS - 1 ? (limbs[x + from + 1] as number) : 0;
    limbs[x + i] = (low >>> bits) | (high << (LIMB_BITS - bits));
  }
}

/** Shift in whole limbs, and the remaining bits. */
function shiftOf(limbs: Uint16Array, at: number): readonly [number, number] {
  const bits = Math.min(readNumber(limbs, at), LIMBS * LIMB_BITS);
  return [Math.floor(bits / LIMB_BITS), bits % LIMB_BITS];
}

function compare(limbs: Uint16Array, a: number, b: number): number {
  for (let i = LIMBS - 1; i >= 0; i--) {
    const difference = (limbs[a + i] as number) - (limbs[b + i] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}

function compareSigned(limbs: Uint16Array, a: number, b: number): number {
  const negativeA = (limbs[a + LIMBS - 1] as number) >> 15;
  const negativeB = (limbs[b + LIMBS - 1] as number) >> 15;
  return negativeA === negativeB ? compare(limbs, a, b) : negativeB - negativeA;
}

function setFlag(limbs: Uint16Array, offset: number, flag: boolean): void {
  limbs.fill(0, offset, offset + LIMBS);
  limbs[offset] = flag ? 1 : 0;
}

function eachLimb(limbs: Uint16Array, a: number, b: number, compute: (x: number, y: number) => number): void {
  for (let i = 0; i < LIMBS; i++) limbs[b + i] = compute(limbs[a + i] as number, limbs[b + i] as number);
}

function countLeadingZeros(limbs: Uint16Array, a: number): void {
  let zeros = 0;
  for (let i = LIMBS - 1; i >= 0; i--) {
    const limb = limbs[a + i] as number;
    zeros += limb === 0 ? 16 : Math.clz32(limb) - 16;
    if (limb !== 0) break;
  }
  limbs.fill(0, a, a + LIMBS);
  limbs[a] = zeros;
}

function signed(value: bigint): bigint {
  return BigInt.asIntN(256, value);
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = base, rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * square) & MASK;
    square = (square * square) & MASK;
  }
  return result;
}

function signExtend(index: bigint, value: bigint): bigint {
  if (index >= 31n) return value;
  const bits = Number(8n * index + 8n);
  return BigInt.asUintN(256, BigInt.asIntN(bits, value));
}

/** Bytes of an exponent, for EXP's price. */
export function byteLength(limbs: Uint16Array, offset: number): number {
  for (let i = LIMBS - 1; i >= 0; i--) {
    const limb = limbs[offset + i] as number;
    if (limb !== 0) return 2 * i + (limb > 0xff ? 2 : 1);
  }
  return 0;
}
