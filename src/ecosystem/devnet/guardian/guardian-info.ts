import type { Hex } from "../../../ground/protocol/hex.ts";

/** Network of guardians as `hyperchain_info` describes it: JSON, with amounts as decimal digits. */
export interface GuardianNetworkInfo {
  readonly name: string;
  /** Contract on L1: list of the guardians, and data policy of the chains. */
  readonly network: Hex;
  /** Contracts of the network on chains on which guarded chains settle; absent without one. */
  readonly onChains?: readonly { readonly chain: string; readonly network: Hex }[];
  /** Part of the weight that must sign a batch, in ten-thousandths. */
  readonly shareBps: number;
  /** True if every staked key can join. */
  readonly open: boolean;
  readonly members: readonly {
    readonly key: Hex;
    /** Address of the server with the data. */
    readonly url: string;
    readonly stakeWei: string;
    /** Process id; absent if the process has ended. */
    readonly pid?: number;
  }[];
  /** Sentences that say who can harm the network's chains, and what the stake answers for. */
  readonly sentences: readonly string[];
}

/** Leaf of a chain's state, as users name it: the account's header (nonce and balance), its code's hash, or a storage slot. */
export interface RequestedLeaf {
  readonly kind: "account" | "codeHash" | "codeDigest" | "storage";
  readonly account: Hex;
  /** Slot of kind `storage` alone: 32 bytes. */
  readonly slot?: Hex;
}

/** Request for a leaf on L1: JSON. */
export interface LeafRequestInfo {
  /** Number of the request in its network, from 1. */
  readonly id: number;
  /** "open" until an answer or the deadline; "unanswered" after the deadline: signers can be reported. */
  readonly state: "open" | "answered" | "unanswered";
  /** Second of L1's time until which an answer is accepted. */
  readonly deadline: number;
  /** Second of L1's time until which signers can be reported. */
  readonly reportUntil: number;
  /** Decimal digits: wei that `close` pays to the challenger. */
  readonly bondWei: string;
  readonly stateRoot: Hex;
  readonly leaf: RequestedLeaf;
}

/** Network with the requests that are not closed on L1; part of `hyperchain_status`. */
export interface GuardianNetworkStatus {
  readonly name: string;
  /** Guardians whose processes run. */
  readonly running: number;
  readonly members: number;
  /** The newest twenty requests, without ended ones; absent if L1 does not answer. */
  readonly requests?: readonly LeafRequestInfo[];
}
