import type { CrossChainContent, JourneyStep, StepRecord } from "../protocol/cross-chain-message.ts";
import { JOURNEY_STEPS } from "../protocol/cross-chain-message.ts";
import type { Hex } from "../protocol/hex.ts";

export { JOURNEY_STEPS, readCrossChainMessage } from "../protocol/cross-chain-message.ts";
export type { CrossChainContent, JourneyStep, StepRecord } from "../protocol/cross-chain-message.ts";

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
