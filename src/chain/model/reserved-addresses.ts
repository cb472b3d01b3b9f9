import type { Hex } from "../../protocol/hex.ts";

/** The protocol's own addresses lie below: precompiled contracts, bootloader and predeploys. */
const FIRST_FREE_ADDRESS = 0x30000n;

/** Contracts that Ethereum itself calls in each block: EIP-4788, EIP-2935, EIP-7002, EIP-7251. Chains have none of them. */
const ETHEREUM_SYSTEM_CONTRACTS: readonly Hex[] = [
  "0x000f3df6d732807ef1319fb7b8bb8522d0beac02",
  "0x0000f90827f1c53a10cb7a02335b175320002935",
  "0x00000961ef480eb55e80d19ad83579a64c007002",
  "0x0000bbddc7ce488642fb579f8b00f3a590007251",
];

/** Whether the protocol has rules for the account that no state cheat may change. */
export function isReservedAddress(address: Hex): boolean {
  return BigInt(address) < FIRST_FREE_ADDRESS || ETHEREUM_SYSTEM_CONTRACTS.includes(address.toLowerCase() as Hex);
}
