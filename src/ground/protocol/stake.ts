import type { Hex } from "./hex.ts";
import type { ChainId } from "./ids.ts";
import type { TypedDataDomain } from "./quorum.ts";

/** Domain of a stake registry: the chain and address of its contract. */
export function stakeDomain(settlementChainId: ChainId, registry: Hex): TypedDataDomain {
  return { name: "HyperchainStake", version: "1", chainId: settlementChainId, verifyingContract: registry };
}

/** A key's consent that an operator's deposit answers for the key in a service. */
export interface Enlistment {
  readonly operator: Hex;
  readonly service: Hex;
}

/** EIP-712 fields of an `Enlistment`. */
export const ENLISTMENT_TYPES = {
  Enlistment: [
    { name: "operator", type: "address" },
    { name: "service", type: "bytes32" },
  ],
};

/** Shares of a deposit are in ten-thousandths. */
export const WHOLE_SHARE_BPS = 10_000n;

/**
 * Seconds until a report that was sent is mined, part of the window of the judge that an ecosystem deploys. L1 takes it within a
 * minute unless its blocks are full.
 */
export const SLASH_SECONDS = 3_600;

/** Unbonding of an ecosystem whose stake answers for promises alone: half a day. Promises last five and a half hours at most. */
export const PROMISES_UNBONDING_SECONDS = 43_200;

/** Seconds within which a requested leaf of a guarded chain is shown on L1. */
export const ANSWER_SECONDS = 2_700;
