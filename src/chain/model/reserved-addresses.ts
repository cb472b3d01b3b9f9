import type { Hex } from "../../protocol/hex.ts";

/** The protocol's own addresses lie below: precompiled contracts, bootloader and predeploys. */
const FIRST_FREE_ADDRESS = 0x30000n;

/**
 * Whether the protocol has rules for the account that no state cheat may change. The contracts that Ethereum calls in each block
 * (EIP-4788, 2935, 7002, 7251) are no such accounts: chains have none of them, and tools that count on one put it there.
 */
export function isReservedAddress(address: Hex): boolean {
  return BigInt(address) < FIRST_FREE_ADDRESS;
}
