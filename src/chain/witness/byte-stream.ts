import { NamedError } from "../../ground/errors/named-error.ts";

/** Bytes that are written in sequence. Numbers are little-endian. */
export class ByteWriter {
  #bytes = Buffer.alloc(1024);
  #length = 0;

  /** Below 2^8, 2^32 or 2^64, by the width in bytes. */
  number(value: number, width: 1 | 4): void {
    const start = this.#take(width);
    this.#bytes.writeUIntLE(value, start, width);
  }

  wide(value: bigint): void {
    const start = this.#take(8);
    this.#bytes.writeBigUInt64LE(value, start);
  }

  /** Hexadecimal digits, `0x` before them. */
  hex(text: string): void {
    const length = (text.length - 2) / 2;
    const start = this.#take(length);
    if (this.#bytes.write(text.slice(2), start, "hex") !== length) throw new TypeError(`${text} is not whole bytes`);
  }

  raw(bytes: Uint8Array): void {
    const start = this.#take(bytes.length);
    this.#bytes.set(bytes, start);
  }

  /** All that was written; nothing is to be written behind it. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Reserves bytes and returns their offset. Moves the written bytes if there is no room. */
  #take(length: number): number {
    const start = this.#length;
    this.#length += length;
    if (this.#length > this.#bytes.length) {
      const grown = Buffer.alloc(Math.max(this.#length, 2 * this.#bytes.length));
      this.#bytes.copy(grown, 0, 0, start);
      this.#bytes = grown;
    }
    return start;
  }
}

/** Reads what a ByteWriter wrote, or what a stranger did: never beyond the end. Every method throws ByteStreamError there. */
export class ByteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  number(width: 1 | 4): number {
    return this.#bytes.readUIntLE(this.#take(width), width);
  }

  wide(): bigint {
    return this.#bytes.readBigUInt64LE(this.#take(8));
  }

  /**
   * Reads the number of entries that follow, each of which takes at least `least` bytes, so that it is bounded by the
   * rest.
   */
  count(minBytes: number): number {
    const count = this.number(4);
    if (count * minBytes > this.#bytes.length - this.#at)
      throw new ByteStreamError("Malformed", `${count} entries are to follow at byte ${this.#at}, for which there is no room`);
    return count;
  }

  hex(length: number): string {
    const start = this.#take(length);
    return `0x${this.#bytes.toString("hex", start, start + length)}`;
  }

  /** A copy: a view would keep all of the bytes alive, and be sent with all of them. */
  raw(length: number): Uint8Array {
    const start = this.#take(length);
    return Uint8Array.prototype.slice.call(this.#bytes, start, start + length);
  }

  /** Nothing is to follow. */
  end(): void {
    if (this.#at !== this.#bytes.length)
      throw new ByteStreamError("Malformed", `${this.#bytes.length - this.#at} bytes follow where the end is to be`);
  }

  #take(length: number): number {
    const start = this.#at;
    if (start + length > this.#bytes.length)
      throw new ByteStreamError(
        "Malformed",
        `it ends at byte ${this.#bytes.length}, in the middle of what begins at byte ${start}`,
      );
    this.#at += length;
    return start;
  }
}

/** Bytes that are not what they should be. */
export class ByteStreamError extends NamedError<"Malformed"> {
  override readonly name = "ByteStreamError";
}
