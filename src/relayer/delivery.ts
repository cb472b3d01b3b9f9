import { bundleAssetMessages } from "../protocol/interop-message.ts";
import { toHex } from "../protocol/hex.ts";
import type { Hex } from "../protocol/hex.ts";
import { PREDEPLOYS } from "../protocol/predeploys.ts";
import { assetRouter, interopHandler } from "./contract-interfaces.ts";
import { proveMessage } from "./inclusion-proof.ts";
import type { MessageInclusionProof } from "./inclusion-proof.ts";
import type { Journey } from "./journey.ts";
import type { L1View } from "./l1-view.ts";

/** A call that carries out a message on its destination. */
export interface Delivery {
  readonly to: Hex;
  readonly data: Hex;
}

/**
 * The call that brings a message with its proofs to its destination, against imported root `rootIndex`. Undefined where that
 * root does not hold the message, or L1 does not have what must come with it.
 */
export function buildDelivery(view: L1View, journey: Journey, rootIndex: bigint): Delivery | undefined {
  const { content, sourceChainId, destinationChainId } = journey;
  const proofOf = (messageHash: Hex): MessageInclusionProof | undefined => {
    const place = view.message(sourceChainId, messageHash);
    return place === undefined ? undefined : proveMessage(view, place, rootIndex);
  };
  const proof = proofOf(journey.messageHash);
  if (proof === undefined) return undefined;
  switch (content.type) {
    case "transfer":
      return { to: PREDEPLOYS.L2AssetRouter, data: assetRouter.encodeFunctionData("deliver", [proof]) as Hex };
    case "bundle": {
      const assets = bundleAssetMessages(content.bundle).map(proofOf);
      if (assets.includes(undefined)) return undefined;
      return { to: PREDEPLOYS.InteropHandler, data: interopHandler.encodeFunctionData("executeBundle", [proof, assets]) as Hex };
    }
    case "result": {
      const bundle = view.message(destinationChainId, content.result.bundleHash);
      if (bundle === undefined) return undefined;
      const data = interopHandler.encodeFunctionData("executeCallback", [toHex(bundle.body), proof]) as Hex;
      return { to: PREDEPLOYS.InteropHandler, data };
    }
  }
}
