import type { Hex } from "../../ground/protocol/hex.ts";
import type { BlockHeader, Head } from "../model/block.ts";
import { emptyHeader } from "../witness/made-block.ts";
import { BLOCK_GAS_LIMIT } from "../../ground/transaction/gas-limits.ts";

const NOTHING: Hex = `0x${"00".repeat(32)}`;
const NOBODY: Hex = `0x${"00".repeat(20)}`;

/** Header of a block that the engine did not make: block 0, or a block before the chain's start. */
export function unknownHeader({ number, timestamp }: Head): BlockHeader {
  const environment = { number, timestamp, prevRandao: NOTHING, coinbase: NOBODY, gasLimit: BLOCK_GAS_LIMIT };
  return emptyHeader({ ...environment, isMetered: false }, NOTHING);
}
