import { ASSET_ROUTER_ADDRESS } from "./asset-message.ts";
import { LeafKind } from "./domain-tags.ts";
import { fromHex, keccak, wordToHex } from "./hex.ts";
import type { ChainId, MessageHash } from "./ids.ts";
import type { HoldingKey } from "./holding.ts";

/** Slot of `delivered` in every chain's asset router (`L2AssetRouter.sol`). */
const DELIVERED_SLOT = 1n;

/**
 * The leaf that a chain's state has from the delivery of an asset message on: present once delivered, absent before.
 * `messageHash` is the keccak of the message's body, 32 bytes.
 */
export function deliveryFlagKey(sourceChainId: ChainId, messageHash: MessageHash): HoldingKey {
  const flag = keccak(fromHex(wordToHex(sourceChainId), 32), fromHex(messageHash, 32));
  const slot = keccak(fromHex(flag, 32), fromHex(wordToHex(DELIVERED_SLOT), 32));
  return { leafKind: LeafKind.storage, address: BigInt(ASSET_ROUTER_ADDRESS), slot: BigInt(slot) };
}
