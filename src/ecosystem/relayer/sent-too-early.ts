import { bundleAssetMessages } from "../../ground/protocol/interop-message.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../ground/protocol/predeploys.ts";
import type { L1View } from "../../chain/settlement-layer/reader/l1-view.ts";
import type { Journey } from "./journey.ts";

/** The asset messages that carry what a message brings: itself, or those that travel with a bundle. */
export function carriersOf({ content, messageHash }: Pick<Journey, "content" | "messageHash">): readonly Hex[] {
  switch (content.type) {
    case "transfer":
      return [messageHash];
    case "bundle":
      return bundleAssetMessages(content.bundle);
    case "refund":
    case "result":
      return [];
  }
}

/**
 * Whether no delivery of the message can ever succeed: its batch began before its destination was created, so L1
 * moved nothing there
 * for what it carries, and the destination refuses it with SentBeforeChain. Of a message that its chain sent twice,
 * both must be such.
 */
export function isSentTooEarly(
  view: L1View,
  message: Pick<Journey, "content" | "messageHash" | "sourceChainId" | "destinationChainId">,
): boolean {
  const { sourceChainId, destinationChainId } = message;
  return carriersOf(message).some((carrier) => {
    const places = view.messages(sourceChainId, PREDEPLOYS.L2AssetRouter, carrier);
    return places.length > 0 && places.every(({ batch }) => batch.refusedDestinations.includes(destinationChainId));
  });
}

/** Line about a message whose contents are or were refunded. */
export function describeSentTooEarly(
  { sourceChainId, destinationChainId }: Pick<Journey, "sourceChainId" | "destinationChainId">,
  hasGoneBack: boolean,
): string {
  return `SentBeforeChain: chain ${destinationChainId} was created after the batch that sends this had begun, so L1 moved nothing there; what it carries ${hasGoneBack ? "went" : "goes"} back on chain ${sourceChainId}`;
}
