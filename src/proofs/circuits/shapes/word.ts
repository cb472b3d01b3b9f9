/** A word of the EVM has 16 limbs of 16 bits, lowest first. */
export const LIMBS = 16;
/** Exclusive bound of a limb. */
export const LIMB = 2 ** 16;
/** Bytes of a word. */
export const WORD_BYTES = 32;
/** Exclusive bound of a word. */
export const WORD = 1n << 256n;

/** One part of 64 bits of a number, and its limbs and bytes. All platforms of the machine are little-endian. */
const part = new BigUint64Array(1);
const partLimbs = new Uint16Array(part.buffer);
const partBytes = new Uint8Array(part.buffer);

/** The lowest limbs of a number from 0, lowest first. */
export function limbsOf(value: bigint, count = LIMBS): number[] {
  return digitsOf(value, count, partLimbs);
}

/** The lowest bytes of a number from 0, lowest first. */
export function bytesOf(value: bigint, count = WORD_BYTES): number[] {
  return digitsOf(value, count, partBytes);
}

function digitsOf(value: bigint, count: number, digitsOfPart: Uint16Array | Uint8Array): number[] {
  const digits: number[] = [];
  for (let rest = value; digits.length < count; rest >>= 64n) {
    part[0] = rest;
    const own = Math.min(digitsOfPart.length, count - digits.length);
    for (let i = 0; i < own; i++) digits.push(digitsOfPart[i] ?? 0);
  }
  return digits;
}

/** Number formed by limbs. */
export function wordOf(limbs: readonly number[]): bigint {
  let sum = 0n;
  for (let end = limbs.length; end > 0;) {
    // As many as a number holds exactly.
    const first = Math.max(0, end - (end % 3 || 3));
    let own = 0;
    for (let i = end - 1; i >= first; i--) own = own * LIMB + (limbs[i] ?? 0);
    sum = sum === 0n ? BigInt(own) : (sum << 48n) + BigInt(own);
    end = first;
  }
  return sum;
}

/** An integer with sign as a word of 256 bits. */
export const unsigned = (value: bigint): bigint => BigInt.asUintN(256, value);
