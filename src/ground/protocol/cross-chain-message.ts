import { AssetMessageKind, decodeAssetMessage, type AssetTransfer } from "./asset-message.ts";
import type { Hex } from "./hex.ts";
import type { ChainId } from "./ids.ts";
import { decodeInteropBundle, decodeInteropResult, type InteropBundle, type InteropResult } from "./interop-message.ts";
import { PREDEPLOYS } from "./predeploys.ts";

/** The seven steps of a cross-chain message, in order. */
export const JOURNEY_STEPS = [
  "initiated",
  "settled",
  "inTransactionRoot",
  "imported",
  "delivered",
  "executed",
  "importSettled",
] as const;

/**
 * initiated: sent on its chain. settled: L1 has accepted the proof of its batch. inTransactionRoot: its batch is executed
 * and in the registry. imported: the destination has a root that contains it. delivered: an account submitted message and
 * proof there. executed: verified against the imported root and executed. importSettled: the destination's batch with that
 * import is proven and executed, so L1 has checked the root.
 */
export type JourneyStep = (typeof JOURNEY_STEPS)[number];

/** Location of a step. */
export interface StepRecord {
  readonly chainId: ChainId;
  readonly blockNumber: number;
  readonly transactionHash: Hex;
}

/** Request of a message to its destination. */
export type CrossChainContent =
  | { readonly type: "transfer"; readonly transfer: AssetTransfer }
  | { readonly type: "bundle"; readonly bundle: InteropBundle }
  | { readonly type: "result"; readonly result: InteropResult };

/**
 * Reads the request to another chain in a message to L1; undefined if there is none. Transfers to the interop handler are
 * part of a bundle and travel with it.
 */
export function readCrossChainMessage(
  sender: Hex,
  body: Uint8Array,
): { readonly destinationChainId: ChainId; readonly content: CrossChainContent } | undefined {
  switch (sender) {
    case PREDEPLOYS.L2AssetRouter: {
      const transfer = decodeAssetMessage(body);
      const travelsAlone =
        transfer?.kind === AssetMessageKind.hyperbridgeSend && transfer.recipient !== PREDEPLOYS.InteropHandler;
      return travelsAlone
        ? { destinationChainId: transfer.destinationChainId, content: { type: "transfer", transfer } }
        : undefined;
    }
    case PREDEPLOYS.InteropCenter: {
      const bundle = decodeInteropBundle(body);
      return bundle === undefined
        ? undefined
        : { destinationChainId: bundle.destinationChainId, content: { type: "bundle", bundle } };
    }
    case PREDEPLOYS.InteropHandler: {
      const result = decodeInteropResult(body);
      return result === undefined
        ? undefined
        : { destinationChainId: result.destinationChainId, content: { type: "result", result } };
    }
    default:
      return undefined;
  }
}
