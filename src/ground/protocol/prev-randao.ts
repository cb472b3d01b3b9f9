import { fromHex, hashTag, keccak, wordToHex, type Hex } from "./hex.ts";
import type { BlockNumber, ChainId } from "./ids.ts";

/** Odd factors, so that the products preserve the whole word. */
const FIRST_FACTOR = BigInt(hashTag("hyperchain.prev-randao.v2")) | 1n;
const SECOND_FACTOR = BigInt(keccak(fromHex(wordToHex(FIRST_FACTOR), 32))) | 1n;

/**
 * Value of PREVRANDAO in a block. No contract should rely on it; it only has to be the same wherever the block is run.
 */
export function prevRandaoOf(chainId: ChainId, blockNumber: BlockNumber): Hex {
  const mixed = BigInt.asUintN(256, (chainId * 2n ** 64n + blockNumber) * FIRST_FACTOR);
  return wordToHex(BigInt.asUintN(256, (mixed ^ (mixed >> 128n)) * SECOND_FACTOR));
}
