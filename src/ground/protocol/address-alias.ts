import { parentId } from "./chain-ancestry.ts";
import type { Hex } from "./hex.ts";

/** Offset of the aliases of L1's contracts; that of a chain's contracts has the chain's id between its ones. */
const OFFSET = 0x1111000000000000000000000000000000001111n;
const LAYER_SHIFT = 16n;

/**
 * Sender of the operations of a chain that a contract of its settlement layer requests, L1's or another chain's
 * (`contracts/libraries/AddressAlias.sol`). Domain: 20 bytes.
 */
export function aliasOf(chainId: bigint, address: Hex): Hex {
  const offset = OFFSET + ((parentId(chainId) ?? 0n) << LAYER_SHIFT);
  return `0x${((BigInt(address) + offset) % 2n ** 160n).toString(16).padStart(40, "0")}`;
}
