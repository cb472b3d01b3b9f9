import { Interface } from "ethers";
import { availabilityChallengeAbi } from "../../abi/availability-challenge.ts";
import type { Hex } from "../../protocol/hex.ts";

/** Functions of a network that request leaves on L1, show them, and report guardians. */
export const challengeInterface = new Interface(availabilityChallengeAbi);

/** A request as `challengeOf` describes it. */
export interface ChallengeOnL1 {
  /** Last second of an answer. */
  readonly deadline: bigint;
  readonly isAnswered: boolean;
  /** Wei that the challenger can get. */
  readonly bond: bigint;
  readonly stateRoot: Hex;
  readonly key: { readonly kind: bigint; readonly account: Hex; readonly slot: bigint };
}
