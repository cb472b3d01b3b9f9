import { LIMBS } from "./limbs.ts";

const START_WORDS = 32;
const MOST_WORDS = 1024;

/** A stack of 256-bit words as 16-bit limbs, lowest first: the form in which circuits see them. */
export class WordStack {
  /** Limbs of the stack; word i is at [16 i, 16 i + 16). Replaced when the stack grows, so never store it across a push. */
  limbs = new Uint16Array(START_WORDS * LIMBS);
  height = 0;

  /** Offset of the word at `depth` below the top; 0 is the top. */
  at(depth: number): number {
    return (this.height - 1 - depth) * LIMBS;
  }

  /** Makes room for a word and returns its offset; its limbs have their earlier values. */
  grow(): number {
    const offset = this.height * LIMBS;
    if (offset === this.limbs.length) {
      const larger = new Uint16Array(Math.min(this.limbs.length * 2, MOST_WORDS * LIMBS * 2));
      larger.set(this.limbs);
      this.limbs = larger;
    }
    this.height++;
    return offset;
  }

  /** Makes room for `words` words from the foot. */
  reserve(words: number): void {
    if (words * LIMBS <= this.limbs.length) return;
    const larger = new Uint16Array(Math.max(words, this.limbs.length / LIMBS) * 2 * LIMBS);
    larger.set(this.limbs);
    this.limbs = larger;
  }

  drop(count = 1): void {
    this.height -= count;
  }

  pushWord(source: Uint16Array, offset: number): void {
    const at = this.grow();
    const limbs = this.limbs;
    for (let i = 0; i < LIMBS; i++) limbs[at + i] = source[offset + i] as number;
  }

  /** Pushes an integer below 2^48. */
  pushNumber(value: number): void {
    const at = this.grow();
    this.limbs.fill(0, at, at + LIMBS);
    this.limbs[at] = value & 0xffff;
    if (value > 0xffff) {
      this.limbs[at + 1] = Math.floor(value / 0x10000) & 0xffff;
      this.limbs[at + 2] = Math.floor(value / 0x100000000);
    }
  }

  pushBigInt(value: bigint): void {
    // The limbs are others when the stack has grown.
    const at = this.grow();
    writeBigInt(this.limbs, at, value);
  }

  popBigInt(): bigint {
    this.height--;
    return readBigInt(this.limbs, this.height * LIMBS);
  }

  /** Pops a word as a number: 2^48 for all that are not below it. */
  popNumber(): number {
    this.height--;
    return readNumber(this.limbs, this.height * LIMBS);
  }
}

/** The words that `popNumber` and `readNumber` do not tell apart. */
export const TOO_LARGE = 2 ** 48;

/** A word as a number, or `TOO_LARGE`. */
export function readNumber(limbs: Uint16Array, offset: number): number {
  for (let i = 3; i < LIMBS; i++) if (limbs[offset + i] !== 0) return TOO_LARGE;
  return (limbs[offset] as number) + (limbs[offset + 1] as number) * 0x10000 + (limbs[offset + 2] as number) * 0x100000000;
}

export function readBigInt(limbs: Uint16Array, offset: number): bigint {
  let value = 0n;
  for (let i = LIMBS - 4; i >= 0; i -= 4) {
    const low = (limbs[offset + i] as number) + (limbs[offset + i + 1] as number) * 0x10000;
    const high = (limbs[offset + i + 2] as number) + (limbs[offset + i + 3] as number) * 0x10000;
    value = (value << 64n) | (BigInt(high) << 32n) | BigInt(low);
  }
  return value;
}

/** Writes a value of [0, 2^256). */
export function writeBigInt(limbs: Uint16Array, offset: number, value: bigint): void {
  for (let i = 0; i < LIMBS; i += 2) {
    const part = Number(BigInt.asUintN(32, value));
    limbs[offset + i] = part & 0xffff;
    limbs[offset + i + 1] = part >>> 16;
    value >>= 32n;
  }
}
