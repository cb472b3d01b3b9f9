import type { AssetTransfer } from "../../ground/protocol/asset-message.ts";
import type { CrossChainContent, JourneyStep, StepRecord } from "../../ground/protocol/cross-chain-message.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { ChainId, MessageHash } from "../../ground/protocol/ids.ts";

/** Content of a journey: a message to another chain, or the refund of a transfer that L1 refused. */
type JourneyContent =
  | CrossChainContent
  | {
      readonly type: "refund";
      readonly transfer: AssetTransfer;
      /** The chain ids that L1 refused in the transfer's batch. */
      readonly refused: readonly bigint[];
    };

/**
 * An import that proves a message: index of a root that holds its batch, or of the fact about its batch, which a promise of its
 * validators showed if `isPromised`.
 */
export type JourneyImport = { readonly root: bigint } | { readonly fact: bigint; readonly isPromised?: true };

/** Index of a journey's import. */
export function importIndexOf(imported: JourneyImport): bigint {
  return "root" in imported ? imported.root : imported.fact;
}

/** Index of the root that proves a message; undefined if it is proven by a fact, or not yet. */
export function rootOf({ imported }: Pick<Journey, "imported">): bigint | undefined {
  return imported !== undefined && "root" in imported ? imported.root : undefined;
}

/** A message on its way from one chain to another, or back: then both are the chain that sent it. */
export interface Journey {
  readonly sourceChainId: ChainId;
  readonly destinationChainId: ChainId;
  /** The contract that sent it: bodies of any other sender are something else. */
  readonly sender: Hex;
  /** keccak of the body: with the source chain and the sender its name. */
  readonly messageHash: MessageHash;
  readonly body: Uint8Array;
  readonly content: JourneyContent;
  readonly steps: ReadonlyMap<JourneyStep, StepRecord>;
  /** Import of the destination against which it is or will be verified; undefined before that. */
  readonly imported: JourneyImport | undefined;
  /** Why it cannot be delivered now, or why the last attempt failed. */
  readonly refusal: string | undefined;
  /**
   * Set if L1 moved nothing for the message, so that it is never delivered, and its contents are refunded on
   * its chain. `undefined` if it may be delivered.
   */
  readonly sentTooEarly: "goesBack" | "wentBack" | undefined;
  /** Revert data of an executed bundle's failed calls, which is final; `undefined` if they succeeded. */
  readonly failedWith: Hex | undefined;
}
