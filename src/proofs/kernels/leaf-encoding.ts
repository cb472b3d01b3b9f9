/**
 * The byte form of field elements in leaves and proofs. A group of k ≤ `groupSize` elements e₀…e₍ₖ₋₁₎ is the integer
 * Σ eᵢ·2^31i written in ⌈31k/8⌉ big-endian bytes; groups follow each other without separators and only the last may be
 * shorter than `groupSize`.
 */

/** Bits of one element: p < 2^31. */
const ELEMENT_BITS = 31;

/** Group size of the encoding "base31": eight elements fill 31 bytes without a spare bit. */
export const BASE31_GROUP = 8;

/** Bytes of `count` elements in groups of `groupSize`. */
export function packedLength(count: number, groupSize: number): number {
  const groupBytes = Math.ceil((ELEMENT_BITS * groupSize) / 8);
  return Math.floor(count / groupSize) * groupBytes + Math.ceil((ELEMENT_BITS * (count % groupSize)) / 8);
}

/**
 * Packs elements below 2^31. For the encoding "base31" the group size is `BASE31_GROUP`; for "extension31" it is the
 * degree of the extension, so that every group is one extension element.
 */
export function packElements(elements: ArrayLike<number>, groupSize: number): Uint8Array {
  const bytes = new Uint8Array(packedLength(elements.length, groupSize));
  let groupStart = 0;
  for (let first = 0; first < elements.length; first += groupSize) {
    const count = Math.min(groupSize, elements.length - first);
    const groupEnd = groupStart + packedLength(count, groupSize);
    let cursor = groupEnd;
    let pending = 0; // at most seven bits wait when an element is added, and make words of 32 bits with it
    let pendingBits = 0;
    for (let i = 0; i < count; i++) {
      const element = elements[first + i] ?? 0;
      const low = pending | (element << pendingBits);
      bytes[--cursor] = low;
      bytes[--cursor] = low >>> 8;
      bytes[--cursor] = low >>> 16;
      if (pendingBits === 0) {
        [pending, pendingBits] = [low >>> 24, ELEMENT_BITS - 24];
        continue;
      }
      bytes[--cursor] = low >>> 24;
      pending = element >>> (32 - pendingBits);
      pendingBits--;
    }
    if (pendingBits > 0) bytes[--cursor] = pending;
    groupStart = groupEnd;
  }
  return bytes;
}

/**
 * The inverse of `packElements`. Elements below 2^31 come out, canonical or not: that is for the caller to judge.
 * Returns undefined when the length does not fit or a padding bit is set.
 */
export function unpackElements(bytes: Uint8Array, count: number, groupSize: number): number[] | undefined {
  if (bytes.length !== packedLength(count, groupSize)) return undefined;
  const elements: number[] = [];
  let groupStart = 0;
  for (let first = 0; first < count; first += groupSize) {
    const groupCount = Math.min(groupSize, count - first);
    const groupEnd = groupStart + packedLength(groupCount, groupSize);
    let cursor = groupEnd;
    let pending = 0; // < 2^38
    let pendingBits = 0;
    for (let i = 0; i < groupCount; i++) {
      while (pendingBits < ELEMENT_BITS) {
        pending += (bytes[--cursor] ?? 0) * 2 ** pendingBits;
        pendingBits += 8;
      }
      elements.push(pending % 2 ** ELEMENT_BITS);
      pending = Math.floor(pending / 2 ** ELEMENT_BITS);
      pendingBits -= ELEMENT_BITS;
    }
    if (pending !== 0) return undefined;
    groupStart = groupEnd;
  }
  return elements;
}
