import type { CrossChainContent, JourneyStep, StepRecord } from "../protocol/cross-chain-message.ts";
import type { Hex } from "../protocol/hex.ts";

/** A message on its way from one chain to another. */
export interface Journey {
  readonly sourceChainId: bigint;
  readonly destinationChainId: bigint;
  /** The contract that sent it: bodies of any other sender are something else. */
  readonly sender: Hex;
  /** keccak of the body: with the source chain and the sender its name. */
  readonly messageHash: Hex;
  readonly body: Uint8Array;
  readonly content: CrossChainContent;
  readonly steps: ReadonlyMap<JourneyStep, StepRecord>;
  /** Registry index of the imported root against which it is or will be verified. */
  readonly rootIndex: bigint | undefined;
  /** Why it cannot be delivered now, or why the last attempt failed. */
  readonly refusal: string | undefined;
}
