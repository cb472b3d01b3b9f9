import { keccak_256 } from "@noble/hashes/sha3.js";
import { hexToBytes } from "@noble/hashes/utils.js";
import { NamedError } from "../errors/named-error.ts";

/** Bytes as lower-case hexadecimal digits behind `0x`: the form of hashes and addresses outside hot loops. */
export type Hex = `0x${string}`;

const DIGITS = new TextEncoder().encode("0123456789abcdef");
const ascii = new TextDecoder();

export function toHex(bytes: Uint8Array): Hex {
  // Made in one piece: joined digit by digit, a text is a tree of 16 bytes a digit until its first read. Proofs are stored
  // for long.
  const text = new Uint8Array(2 + 2 * bytes.length);
  text[0] = 0x30;
  text[1] = 0x78;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    text[2 + 2 * i] = DIGITS[byte >> 4] ?? 0;
    text[3 + 2 * i] = DIGITS[byte & 15] ?? 0;
  }
  return ascii.decode(text) as Hex;
}

/**
 * `0x` and two digits for each byte, in upper or lower case. A group that captures would end at 4 MiB, where the engine's stack
 * ends: proofs of large batches are longer.
 */
export const HEX_BYTES = /^0x(?:[0-9a-fA-F]{2})*$/;

export function isHexBytes(value: unknown): value is Hex {
  return typeof value === "string" && HEX_BYTES.test(value);
}

/** Bytes as this package writes them: in lower case, so that equal ones are equal as text. `length`: how many; default any. */
export function isPlainHex(value: unknown, length?: number): value is Hex {
  const isLong = length === undefined || (typeof value === "string" && value.length === 2 + 2 * length);
  return isLong && isHexBytes(value) && value === value.toLowerCase();
}

/** Throws HexError unless the text is `0x` and an even number of digits, `length` bytes where that is given. */
export function fromHex(hex: string, length?: number): Uint8Array {
  if (!isHexBytes(hex)) throw new HexError("MalformedHex", `${JSON.stringify(hex)} is not a string of whole hexadecimal bytes`);
  const bytes = hexToBytes(hex.slice(2));
  if (length !== undefined && bytes.length !== length)
    throw new HexError("MalformedHex", `expected ${length} bytes, got ${bytes.length}`);
  return bytes;
}

/** A word as 32 big-endian bytes. Domain: 0 ≤ value < 2^256. */
export function wordToHex(value: bigint): Hex {
  return `0x${value.toString(16).padStart(64, "0")}`;
}

/** Encodes a number in `bytes` bytes, big-endian. Throws RangeError if it does not fit. */
export function numberToHex(value: bigint, bytes: number): Hex {
  if (value < 0n || value >> BigInt(8 * bytes) !== 0n) throw new RangeError(`${value} has no room in ${bytes} bytes`);
  return `0x${value.toString(16).padStart(2 * bytes, "0")}`;
}

/** A number as JSON-RPC writes it. */
export function hexQuantity(value: bigint | number): Hex {
  return `0x${value.toString(16)}`;
}

/** Keccak-256 of the concatenation. */
export function keccak(...parts: readonly Uint8Array[]): Hex {
  const hash = keccak_256.create();
  for (const part of parts) hash.update(part);
  return toHex(hash.digest());
}

/** The tag in front of a hashed structure: the keccak of its name, so that no two kinds of preimage can be equal. */
export function hashTag(name: string): Hex {
  return keccak(new TextEncoder().encode(name));
}

/** Text that is not the bytes it should be. */
export class HexError extends NamedError<"MalformedHex"> {
  override readonly name = "HexError";
}
