import type { NetworkConnection } from "hardhat/types/network";
import type { Hex } from "../../protocol/hex.ts";
import type { AddressLike } from "./naming/names.ts";

/**
 * A member of the ecosystem: L1 or a chain. It is a connection as `network.create` makes them, so that `ethers`,
 * `networkHelpers`, `viem` and all that plugins add is there; `provider` is its EIP-1193 provider.
 */
export interface Member extends NetworkConnection<string> {
  readonly name: string;
  readonly chainId: number;
  /** Where others reach it, over HTTP and WebSocket. */
  readonly url: string;
  /** ERC-7930 form of the member, or of an account on it. */
  interoperable(account?: AddressLike): Hex;
}
