import { fromHex, HexError, keccak, type Hex } from "./hex.ts";
import { WordError } from "./word.ts";

/*
 * Words of Solidity's `abi.encode`, 64 digits each, for values of one word. A batch has a dozen hashes of these values, and
 * an encoder for all types spends nearly all of its time on its set-up.
 */

/** Throws WordError when the value needs more bits. */
export function uintWord(value: bigint, bits = 256): string {
  if (value < 0n || value >> BigInt(bits) !== 0n) throw new WordError("WordOutOfRange", `${value} does not fit ${bits} bits`);
  return value.toString(16).padStart(64, "0");
}

/** Bytes on the left. Throws HexError for another length. */
export function bytesWord(bytes: Hex, length = 32): string {
  return digitsOf(bytes, length).padEnd(64, "0");
}

/** Throws HexError for another length than 20 bytes. */
export function addressWord(address: Hex): string {
  return digitsOf(address, 20).padStart(64, "0");
}

/** Throws HexError for words with other characters than digits. */
export function keccakOfWords(words: readonly string[]): Hex {
  return keccak(fromHex(`0x${words.join("")}`));
}

function digitsOf(bytes: Hex, length: number): string {
  if (bytes.length !== 2 + 2 * length)
    throw new HexError("MalformedHex", `expected ${length} bytes, got ${(bytes.length - 2) / 2}`);
  return bytes.slice(2);
}
