import { fromHex, hashTag, keccak, wordToHex, type Hex } from "./hex.ts";
import type { BlockNumber, ChainId } from "./ids.ts";
import type { Format } from "./protocol-version.ts";

const RANDOMNESS_TAG = fromHex(hashTag("hyperchain.prev-randao.v1"));
/** Factor of format 3: odd, so that the product preserves the whole word. */
const FIRST_FACTOR = BigInt(hashTag("hyperchain.prev-randao.v2")) | 1n;
const SECOND_FACTOR = BigInt(keccak(fromHex(wordToHex(FIRST_FACTOR), 32))) | 1n;

/**
 * Value of PREVRANDAO in a block of a format. No contract should rely on it; it only has to be the same wherever the block
 * is run.
 */
export function prevRandaoOf(chainId: ChainId, blockNumber: BlockNumber, format: Format): Hex {
  if (format === 2) return keccak(RANDOMNESS_TAG, fromHex(wordToHex(chainId)), fromHex(wordToHex(blockNumber)));
  const mixed = BigInt.asUintN(256, (chainId * 2n ** 64n + blockNumber) * FIRST_FACTOR);
  return wordToHex(BigInt.asUintN(256, (mixed ^ (mixed >> 128n)) * SECOND_FACTOR));
}
