/**
 * 256-bit words in flat memory: eight 32-bit parts each, least significant first, also visible as four 64-bit parts so
 * that a bigint goes in or out in four steps. WebAssembly and every supported platform are little-endian, which makes
 * the two views agree.
 */
export interface WordArray {
  readonly parts: Uint32Array;
  readonly quads: BigUint64Array;
}

/** Parts in a word. */
export const WORD_PARTS = 8;

export function createWords(count: number): WordArray {
  const parts = new Uint32Array(count * WORD_PARTS);
  return { parts, quads: new BigUint64Array(parts.buffer) };
}

/** Stores a word, 0 ≤ value < 2^256. */
export function writeWord(words: WordArray, index: number, value: bigint): void {
  const { quads } = words;
  // Each store keeps the low 64 bits.
  quads[index * 4] = value;
  quads[index * 4 + 1] = value >> 64n;
  quads[index * 4 + 2] = value >> 128n;
  quads[index * 4 + 3] = value >> 192n;
}

export function readWord(words: WordArray, index: number): bigint {
  const { quads } = words;
  const at = index * 4;
  return (
    (quads[at] as bigint) |
    ((quads[at + 1] as bigint) << 64n) |
    ((quads[at + 2] as bigint) << 128n) |
    ((quads[at + 3] as bigint) << 192n)
  );
}

export function copyWord(from: WordArray, fromIndex: number, to: WordArray, toIndex: number): void {
  for (let i = 0; i < WORD_PARTS; i++) {
    to.parts[toIndex * WORD_PARTS + i] = from.parts[fromIndex * WORD_PARTS + i] as number;
  }
}

export function equalWords(a: WordArray, aIndex: number, b: WordArray, bIndex: number): boolean {
  for (let i = 0; i < WORD_PARTS; i++) {
    if (a.parts[aIndex * WORD_PARTS + i] !== b.parts[bIndex * WORD_PARTS + i]) return false;
  }
  return true;
}

/** Writes the first `limbCount` (even) 16-bit limbs of a word, least significant first. */
export function writeLimbs(words: WordArray, index: number, limbCount: number, to: Uint32Array, toOffset: number): void {
  for (let i = 0; i < limbCount / 2; i++) {
    const part = words.parts[index * WORD_PARTS + i] as number;
    to[toOffset + 2 * i] = part & 0xffff;
    to[toOffset + 2 * i + 1] = part >>> 16;
  }
}
