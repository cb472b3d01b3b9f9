import { bytesWord, keccakOfWords, uintWord } from "./abi-words.ts";
import { fromHex, hashTag, keccak, wordToHex, type Hex } from "./hex.ts";
import type { ChainId } from "./ids.ts";

const IMPORT_TAG = hashTag("hyperchain.import.v1");
const NO_IMPORTS: Hex = wordToHex(0n);

/** Hash of the data of a chain's imports, in order: h ← keccak(h ‖ keccak of an import's pubdata), from 0. */
export function hashImports(pubdataHashes: readonly Hex[]): Hex {
  return pubdataHashes.reduce<Hex>((hash, pubdataHash) => keccak(fromHex(hash, 32), fromHex(pubdataHash, 32)), NO_IMPORTS);
}

/**
 * Value that an import writes into the outputs slot. It names no contract, because the contract's address depends on the
 * initial state's root.
 */
export function hashImportOutputs(chainId: ChainId, number: number, pubdataHash: Hex): Hex {
  return keccakOfWords([bytesWord(IMPORT_TAG), uintWord(chainId, 64), uintWord(BigInt(number), 32), bytesWord(pubdataHash)]);
}
