import { fromHex, keccak, wordToHex } from "../../../../ground/protocol/hex.ts";
import { pluginError } from "../../plugin-error.ts";

/** Storage slot in a task's arguments: the slot itself, or that of a key in the mapping at the slot. Throws a plugin error. */
export function readSlot({ slot, key }: { readonly slot: string; readonly key: string | undefined }): bigint {
  return key === undefined ? readWord(slot) : slotOfKey(readWord(key), readWord(slot));
}

/** Slot of a mapping's value in Solidity's layout. */
function slotOfKey(key: bigint, slot: bigint): bigint {
  return BigInt(keccak(fromHex(wordToHex(key)), fromHex(wordToHex(slot))));
}

/** A number or an address as a word. Throws a plugin error. */
function readWord(text: string): bigint {
  const isWord = /^(0x[0-9a-fA-F]{1,64}|\d{1,78})$/.test(text) && BigInt(text) < 2n ** 256n;
  if (isWord) return BigInt(text);
  throw pluginError(`'${text}' is neither a slot nor a key of one: write it in digits, or as 0x and up to 64 hex digits`);
}
