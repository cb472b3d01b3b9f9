export const MODULUS = 1n << 256n;
const signed = (x: bigint) => (x >= MODULUS / 2n ? x - MODULUS : x);
const flag = (x: boolean) => (x ? 1n : 0n);

/** The yellow paper's definitions (appendix H.2) over integers; CLZ from EIP-7939. */
export const DEFINITIONS: readonly (readonly [number, string, number, (a: bigint, b: bigint, c: bigint) => bigint])[] = [
  [0x01, "ADD", 2, (a, b) => a + b],
  [0x02, "MUL", 2, (a, b) => a * b],
  [0x03, "SUB", 2, (a, b) => a - b],
  [0x04, "DIV", 2, (a, b) => (b === 0n ? 0n : a / b)],
  [0x05, "SDIV", 2, (a, b) => (b === 0n ? 0n : signed(a) / signed(b))],
  [0x06, "MOD", 2, (a, b) => (b === 0n ? 0n : a % b)],
  [0x07, "SMOD", 2, (a, b) => (b === 0n ? 0n : signed(a) % signed(b))],
  [0x08, "ADDMOD", 3, (a, b, c) => (c === 0n ? 0n : (a + b) % c)],
  [0x09, "MULMOD", 3, (a, b, c) => (c === 0n ? 0n : (a * b) % c)],
  [0x0a, "EXP", 2, (a, b) => Array.from(b.toString(2)).reduce((r, bit) => (r * r * (bit === "1" ? a : 1n)) % MODULUS, 1n)],
  [0x0b, "SIGNEXTEND", 2, signExtend],
  [0x10, "LT", 2, (a, b) => flag(a < b)],
  [0x11, "GT", 2, (a, b) => flag(a > b)],
  [0x12, "SLT", 2, (a, b) => flag(signed(a) < signed(b))],
  [0x13, "SGT", 2, (a, b) => flag(signed(a) > signed(b))],
  [0x14, "EQ", 2, (a, b) => flag(a === b)],
  [0x15, "ISZERO", 1, (a) => flag(a === 0n)],
  [0x16, "AND", 2, (a, b) => a & b],
  [0x17, "OR", 2, (a, b) => a | b],
  [0x18, "XOR", 2, (a, b) => a ^ b],
  [0x19, "NOT", 1, (a) => MODULUS - 1n - a],
  [0x1a, "BYTE", 2, (i, x) => (i > 31n ? 0n : (x / 256n ** (31n - i)) % 256n)],
  [0x1b, "SHL", 2, (n, x) => (n > 255n ? 0n : x * 2n ** n)],
  [0x1c, "SHR", 2, (n, x) => (n > 255n ? 0n : x / 2n ** n)],
  [0x1d, "SAR", 2, (n, x) => signed(x) >> (n > 255n ? 255n : n)],
  [0x1e, "CLZ", 1, (a) => BigInt(256 - (a === 0n ? 0 : a.toString(2).length))],
];

function signExtend(k: bigint, x: bigint): bigint {
  if (k > 30n) return x;
  const range = 256n ** (k + 1n);
  return x % range < range / 2n ? x % range : (x % range) - range;
}

/** Words at which operations change what they do. */
export const EDGES = [
  0n,
  1n,
  2n,
  7n,
  30n,
  31n,
  32n,
  255n,
  256n,
  0xffffn,
  0x10000n,
  1n << 128n,
  MODULUS / 2n - 1n,
  MODULUS / 2n,
  MODULUS - 2n,
  MODULUS - 1n,
];
