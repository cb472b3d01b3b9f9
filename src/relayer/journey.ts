import type { CrossChainContent, JourneyStep, StepRecord } from "../protocol/cross-chain-message.ts";
import type { Hex } from "../protocol/hex.ts";

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
