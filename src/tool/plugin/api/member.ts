import type { NetworkConnection } from "hardhat/types/network";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { ChainName } from "../../../ecosystem/client/ecosystem/ecosystem.ts";
import type { L1Slot } from "../../../ecosystem/client/messages/l1-slot.ts";
import type { AddressLike, From } from "./naming/names.ts";

/**
 * Member of the ecosystem: L1 or a chain. It is a connection like those of `network.create`, with `ethers`,
 * `networkHelpers`, `viem` and the additions of all plugins; `provider` is its EIP-1193 provider.
 */
export interface Member extends NetworkConnection<string> {
  readonly name: string;
  readonly chainId: number;
  /** Public URL, over HTTP and WebSocket. */
  readonly url: string;
  /** ERC-7930 form of the member, or of an account on it. */
  interoperable(account?: AddressLike): Hex;
}

/** Slot of a contract on L1, for contracts of a chain. */
export interface L1SlotOptions {
  /** Contract on L1. */
  readonly account: AddressLike;
  readonly slot: bigint | Hex;
  /** Chain whose contracts read the slot; it settles on L1. */
  readonly on: ChainName;
  /** Number of the block of L1 after which the slot is read. Default: the newest. */
  readonly block?: bigint | number;
  /** Account that signs on L1 and on `on`. Default: the first account of each. */
  readonly from?: From;
}

/** L1 as a member of the ecosystem. */
export interface L1Member extends Member {
  /**
   * Reads a slot on L1, with the proof that contracts of `on` check (`L1Storage`). Notes the block in L1's registry, has `on`
   * import the root, and deploys `L1Storage` there if the chain has none. Throws ClientError.
   */
  slot(options: L1SlotOptions): Promise<L1Slot>;
}
