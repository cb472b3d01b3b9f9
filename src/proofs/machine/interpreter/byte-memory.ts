import { LIMBS } from "./limbs.ts";

const START_BYTES = 1024;

/** Memory of a frame or of the kernel: bytes that are 0 until they are written. */
export class ByteMemory {
  #bytes = new Uint8Array(0);

  /** Copies the word at `offset`, big-endian, to limbs. */
  loadWord(offset: number, limbs: Uint16Array, at: number): void {
    this.#reserve(offset + 32);
    const bytes = this.#bytes;
    for (let i = 0; i < LIMBS; i++) {
      const from = offset + 30 - 2 * i;
      limbs[at + i] = ((bytes[from] as number) << 8) | (bytes[from + 1] as number);
    }
  }

  storeWord(offset: number, limbs: Uint16Array, at: number): void {
    this.#reserve(offset + 32);
    const bytes = this.#bytes;
    for (let i = 0; i < LIMBS; i++) {
      const limb = limbs[at + i] as number;
      bytes[offset + 30 - 2 * i] = limb >> 8;
      bytes[offset + 31 - 2 * i] = limb & 0xff;
    }
  }

  storeByte(offset: number, byte: number): void {
    this.#reserve(offset + 1);
    this.#bytes[offset] = byte;
  }

  /** The bytes themselves, valid until the next write. */
  view(offset: number, length: number): Uint8Array {
    if (length === 0) return this.#bytes.subarray(0, 0);
    this.#reserve(offset + length);
    return this.#bytes.subarray(offset, offset + length);
  }

  /** Writes bytes and zeros behind them up to `length`. */
  write(offset: number, bytes: Uint8Array, length = bytes.length): void {
    if (length === 0) return;
    this.#reserve(offset + length);
    const taken = Math.min(bytes.length, length);
    this.#bytes.set(bytes.subarray(0, taken), offset);
    this.#bytes.fill(0, offset + taken, offset + length);
  }

  #reserve(length: number): void {
    if (length <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(length, this.#bytes.length * 2, START_BYTES));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}
