import { AssetMessageKind, decodeAssetMessage } from "../protocol/asset-message.ts";
import type { AssetTransfer } from "../protocol/asset-message.ts";
import type { Hex } from "../protocol/hex.ts";
import { decodeInteropBundle, decodeInteropResult } from "../protocol/interop-message.ts";
import type { InteropBundle, InteropResult } from "../protocol/interop-message.ts";
import { PREDEPLOYS } from "../protocol/predeploys.ts";

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
 * initiated: sent on its chain. settled: L1 has accepted the proof of its batch. inTransactionRoot: its batch is executed and
 * in the registry. imported: the destination has a root that holds it. delivered: someone brought message and proof there.
 * executed: verified against the imported root and carried out. importSettled: the destination's batch with that import is
 * proven and executed, so L1 has checked the root.
 */
export type JourneyStep = (typeof JOURNEY_STEPS)[number];

/** Where a step happened. */
export interface StepRecord {
  readonly chainId: bigint;
  readonly blockNumber: number;
  readonly transactionHash: Hex;
}

/** What a message asks of its destination. */
export type CrossChainContent =
  | { readonly type: "transfer"; readonly transfer: AssetTransfer }
  | { readonly type: "bundle"; readonly bundle: InteropBundle }
  | { readonly type: "result"; readonly result: InteropResult };

/** A message on its way from one chain to another. */
export interface Journey {
  readonly sourceChainId: bigint;
  readonly destinationChainId: bigint;
  /** keccak of the body: with the source chain its name. */
  readonly messageHash: Hex;
  readonly content: CrossChainContent;
  readonly steps: ReadonlyMap<JourneyStep, StepRecord>;
  /** Registry index of the imported root against which it is or will be verified. */
  readonly rootIndex: bigint | undefined;
  /** Why the last attempt to deliver it failed. */
  readonly refusal: string | undefined;
}

/** The last step before the first that is missing: an import can settle before the message is delivered. */
export function journeyStatus(journey: Pick<Journey, "steps">): JourneyStep {
  let last: JourneyStep = "initiated";
  for (const step of JOURNEY_STEPS) {
    if (!journey.steps.has(step)) break;
    last = step;
  }
  return last;
}

/**
 * What a message to L1 asks of another chain; undefined where it asks nothing. Transfers to the interop handler are part of
 * a bundle and travel with it.
 */
export function readCrossChainMessage(sender: Hex, body: Uint8Array): { readonly destinationChainId: bigint; readonly content: CrossChainContent } | undefined {
  switch (sender) {
    case PREDEPLOYS.L2AssetRouter: {
      const transfer = decodeAssetMessage(body);
      const travelsAlone = transfer?.kind === AssetMessageKind.hyperbridgeSend && transfer.recipient !== PREDEPLOYS.InteropHandler;
      return travelsAlone ? { destinationChainId: transfer.destinationChainId, content: { type: "transfer", transfer } } : undefined;
    }
    case PREDEPLOYS.InteropCenter: {
      const bundle = decodeInteropBundle(body);
      return bundle === undefined ? undefined : { destinationChainId: bundle.destinationChainId, content: { type: "bundle", bundle } };
    }
    case PREDEPLOYS.InteropHandler: {
      const result = decodeInteropResult(body);
      return result === undefined ? undefined : { destinationChainId: result.destinationChainId, content: { type: "result", result } };
    }
    default:
      return undefined;
  }
}
