import { DIGEST_ELEMENTS, DigestError, elementsFromBytes, FIELD_MODULUS, type Digest } from "./digest.ts";

const DIGEST_BYTES = 4 * DIGEST_ELEMENTS;
const WORD_BYTES = 32;

/** Writer of numbers, words and digests as concatenated bytes: numbers big-endian, a list after its length in four bytes. */
export class WordWriter {
  #bytes = new Uint8Array(2 ** 16);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  number(value: number, bytes: number): void {
    const at = this.#grow(bytes);
    for (let i = 0; i < bytes; i++) this.#bytes[at + i] = Math.floor(value / 256 ** (bytes - 1 - i)) % 256;
  }

  /** Writes a word of 256 bits. */
  word(value: bigint): void {
    if (value < 0n || value >> 256n !== 0n) throw new RangeError(`${value} does not fit a word of 256 bits`);
    const at = this.#grow(WORD_BYTES);
    for (let i = 0; i < 4; i++) this.#view.setBigUint64(at + 8 * i, BigInt.asUintN(64, value >> BigInt(64 * (3 - i))));
  }

  /** Throws DigestError for another number of elements, or one that is not canonical. */
  digest(digest: Digest): void {
    if (digest.length !== DIGEST_ELEMENTS)
      throw new DigestError("DigestLength", `a digest has ${DIGEST_ELEMENTS} elements, got ${digest.length}`);
    const at = this.#grow(DIGEST_BYTES);
    digest.forEach((element, i) => {
      if (!(element >= 0 && element < FIELD_MODULUS))
        throw new DigestError("DigestNotCanonical", `element ${i} is ${element}, which is not in [0, ${FIELD_MODULUS})`);
      this.#view.setUint32(at + 4 * i, element);
    });
  }

  digests(list: readonly Digest[]): void {
    this.list(list, (digest) => this.digest(digest));
  }

  /** Writes the length in four bytes, then each entry. */
  list<Entry>(entries: readonly Entry[], write: (entry: Entry) => void): void {
    this.number(entries.length, 4);
    for (const entry of entries) write(entry);
  }

  /** Writes the length in four bytes, then the bytes. */
  sized(bytes: Uint8Array): void {
    this.number(bytes.length, 4);
    this.bytes(bytes);
  }

  bytes(bytes: Uint8Array): void {
    const at = this.#grow(bytes.length);
    this.#bytes.set(bytes, at);
  }

  end(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  /** Reserves the next bytes and returns their offset. */
  #grow(by: number): number {
    const at = this.#length;
    this.#length += by;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, 2 * this.#bytes.length));
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }
}

/** Inverse of `WordWriter` for any bytes: RangeError if they are cut off or too long, DigestError for an invalid digest. */
export class WordReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  take(length: number): Uint8Array {
    const left = this.#bytes.length - this.#at;
    if (length > left) throw new RangeError(`the bytes are cut off: ${length} bytes are missing where ${left} are left`);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  number(bytes: number): number {
    return this.take(bytes).reduce((value, byte) => 256 * value + byte, 0);
  }

  word(): bigint {
    const bytes = this.take(WORD_BYTES);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    return [0, 8, 16, 24].reduce((value, at) => (value << 64n) | view.getBigUint64(at), 0n);
  }

  /** Reads the bytes of `sized`. */
  sized(): Uint8Array {
    return this.take(this.number(4));
  }

  digest(): number[] {
    return elementsFromBytes(this.take(DIGEST_BYTES));
  }

  digests(): number[][] {
    return this.list(DIGEST_BYTES, () => this.digest());
  }

  /** Reads a list of `list`, whose entries have at least `minBytes` bytes. */
  list<Entry>(minBytes: number, read: () => Entry): Entry[] {
    return Array.from({ length: this.count(minBytes) }, read);
  }

  /** Reads a number of entries of at least `minBytes` bytes; at most the number that the remaining bytes can hold. */
  count(minBytes: number): number {
    const count = this.number(4);
    const room = Math.floor((this.#bytes.length - this.#at) / minBytes);
    if (count > room) throw new RangeError(`the bytes are cut off: ${count} entries, where there is room for ${room}`);
    return count;
  }

  end(): void {
    const left = this.#bytes.length - this.#at;
    if (left > 0) throw new RangeError(`${left} bytes behind the end`);
  }
}
