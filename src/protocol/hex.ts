import { keccak_256 } from "@noble/hashes/sha3.js";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";

/** Bytes as lower-case hexadecimal digits behind `0x`: the form of hashes and addresses outside hot loops. */
export type Hex = `0x${string}`;

export function toHex(bytes: Uint8Array): Hex {
  return `0x${bytesToHex(bytes)}`;
}

/** Throws HexError unless the text is `0x` and an even number of digits, `length` bytes where that is given. */
export function fromHex(hex: string, length?: number): Uint8Array {
  if (!/^0x([0-9a-fA-F]{2})*$/.test(hex)) throw new HexError(`${JSON.stringify(hex)} is not a string of whole hexadecimal bytes`);
  const bytes = hexToBytes(hex.slice(2));
  if (length !== undefined && bytes.length !== length) throw new HexError(`expected ${length} bytes, got ${bytes.length}`);
  return bytes;
}

/** A word as 32 big-endian bytes. Domain: 0 ≤ value < 2^256. */
export function wordToHex(value: bigint): Hex {
  return `0x${value.toString(16).padStart(64, "0")}`;
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
export class HexError extends Error {
  override readonly name = "HexError";
  readonly code = "MalformedHex";
}
