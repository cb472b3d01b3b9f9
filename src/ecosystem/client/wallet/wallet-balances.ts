import type { Hex } from "../../../ground/protocol/hex.ts";
import type { ChainStanding } from "../standing/chain-standing.ts";

/** Balances of an account on one member. */
export interface MemberBalances {
  readonly name: string;
  readonly chainId: number;
  /**
   * The coin first, then the tokens that the bridge knows there, also those of which the account has none, then others that it
   * has received and still has some of.
   */
  readonly tokens: readonly TokenBalance[];
  /**
   * Number of further tokens of the bridge that were not queried, after the first 2,040. Absent if all were.
   */
  readonly unasked?: number;
  /** Facts on which money there depends; absent for L1, and if L1 does not answer. */
  readonly standing?: ChainStanding;
  /** Why nothing is known of it: it does not answer. Absent where it does. */
  readonly unavailable?: string;
}

/** Amount of a token that an account has on one member. */
export interface TokenBalance {
  /** Zero for L1's ETH, the base token's predeploy for a chain's coin. */
  readonly address: Hex;
  readonly symbol: string;
  readonly decimals: number;
  /** Smallest units. */
  readonly amount: bigint;
  /**
   * Part of `amount` that L1 has executed; the remainder is only confirmed. Absent if the chain does not have
   * that state.
   */
  readonly executed?: bigint;
  /** Origin of the asset: zero is ETH. The same on every member. */
  readonly origin: { readonly chainId: number; readonly token: Hex };
}
