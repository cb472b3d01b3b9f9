import { Interface } from "ethers";
import { availabilityChallengeAbi } from "../../../ground/abi/availability-challenge.ts";
import { isLeafOf, leafPath, lowLeaf } from "../../../chain/state/leaf-path.ts";
import type { StateKey } from "../../../chain/state/state-key.ts";
import type { StateProof } from "../../../chain/state/state-proof.ts";
import { LeafKind } from "../../../ground/protocol/domain-tags.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";

/** Functions of a network that request leaves on L1, show them, and report guardians. */
export const challengeInterface = new Interface(availabilityChallengeAbi);

/** A request as `challengeOf` describes it. */
export interface ChallengeOnL1 {
  /** 0 if no request has this number, or if it was answered and closed. */
  readonly challenger: Hex;
  /** Last second of an answer. */
  readonly deadline: bigint;
  readonly isAnswered: boolean;
  /** Wei that the challenger can get. */
  readonly bond: bigint;
  readonly stateRoot: Hex;
  readonly key: { readonly kind: bigint; readonly account: Hex; readonly slot: bigint };
}

/** An answer takes some 760,000. Nodes estimate without a base fee, so without the payment. */
const ANSWER_GAS = 1_500_000n;
const KINDS = Object.values(LeafKind);

/** Kind of a leaf with this number; storage for a number of no kind. */
export function leafKindOf(kind: bigint | number): LeafKind {
  return KINDS.find((each) => each === Number(kind)) ?? LeafKind.storage;
}

/** Key of the requested leaf. */
export function requestedKey({ key: { kind, account, slot } }: Pick<ChallengeOnL1, "key">): StateKey {
  return { leafKind: leafKindOf(kind), address: BigInt(account), slot };
}

/** Data and gas of the transaction that shows the requested leaf, or its absence. */
export function answerCall(id: bigint, key: StateKey, proof: StateProof): { readonly data: string; readonly gasLimit: bigint } {
  const data = isLeafOf(key, proof)
    ? challengeInterface.encodeFunctionData("answer", [id, proof.value, leafPath(proof)])
    : challengeInterface.encodeFunctionData("answerAbsence", [id, lowLeaf(proof), leafPath(proof)]);
  return { data, gasLimit: ANSWER_GAS };
}
