import type { Hex } from "../../ground/protocol/hex.ts";

interface AddressRange {
  readonly first: bigint;
  /** Included. */
  readonly last: bigint;
  readonly holds: string;
}

/**
 * Addresses of the protocol's contracts, or of those of ZK Stack and Ethereum. Between them are addresses that people
 * use, such as 0x…dEaD to burn tokens.
 */
const RESERVED_RANGES: readonly AddressRange[] = [
  { first: 0x0n, last: 0x1ffn, holds: "precompiled contracts" },
  { first: 0x8000n, last: 0x80ffn, holds: "bootloader and system contracts" },
  { first: 0x10000n, last: 0x2ffffn, holds: "predeployed contracts" },
];

/**
 * Reason why no state cheat may change the account, because the protocol has rules for it; undefined if it has none. The
 * contracts that Ethereum calls in each block (EIP-4788, 2935, 7002, 7251) are excluded: chains have none of them, and
 * tools that need one put it there.
 */
export function reservationReason(address: Hex): string | undefined {
  const place = BigInt(address);
  const range = RESERVED_RANGES.find(({ first, last }) => place >= first && place <= last);
  if (range === undefined) return undefined;
  return `${hex(range.first)} to ${hex(range.last)} are the protocol's own addresses (${range.holds})`;
}

function hex(place: bigint): Hex {
  return `0x${place.toString(16)}`;
}
