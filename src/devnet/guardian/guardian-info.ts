import type { Hex } from "../../protocol/hex.ts";

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
