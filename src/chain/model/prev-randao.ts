import { fromHex, hashTag, keccak, wordToHex } from "../../protocol/hex.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { BlockNumber, ChainId } from "../../protocol/ids.ts";

const RANDOMNESS_TAG = fromHex(hashTag("hyperchain.prev-randao.v1"));

/**
 * What PREVRANDAO gives in a block: a value that no contract should rely on; it only has to be the same wherever the block
 * is run.
 */
export function prevRandaoOf(chainId: ChainId, blockNumber: BlockNumber): Hex {
  return keccak(RANDOMNESS_TAG, fromHex(wordToHex(chainId)), fromHex(wordToHex(blockNumber)));
}
