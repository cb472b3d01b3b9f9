import type { Hex } from "../../protocol/hex.ts";
import type { ChainStanding } from "../standing/chain-standing.ts";

/** What an account has on one member. */
export interface MemberBalances {
  readonly name: string;
  readonly chainId: number;
  /**
   * The coin first, then the tokens that the bridge knows there, also those of which the account has none, then others that it
   * has received and still has some of.
   */
  readonly tokens: readonly TokenBalance[];
  /** How many tokens more the bridge there knows, which were not asked: the first 2,040 were. Absent where all were. */
  readonly unasked?: number;
  /** What money there depends on; absent for L1, and where L1 does not tell. */
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
  /** Of `amount`, what L1 has executed; the rest is only confirmed. Absent where the chain does not keep that state. */
  readonly executed?: bigint;
  /** Where the asset was born: zero is ETH. The same on every member. */
  readonly origin: { readonly chainId: number; readonly token: Hex };
}
