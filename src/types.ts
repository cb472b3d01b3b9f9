import type { DataAvailability, ProverMode } from "./devnet/view/ecosystem-info.ts";

export type { ChainAddress, ChainAddressLike } from "./client/chain-address.ts";
export type { ChainName } from "./client/ecosystem.ts";
export type { MemberBalances, TokenBalance, TransferInFlight, WalletView } from "./client/wallet-view.ts";
export type * from "./devnet/view/ecosystem-info.ts";
export type { Faults, FaultTarget } from "./plugin/connection/faults.ts";
export type * from "./plugin/connection/hyperchains.ts";
export type { CrossingType, Message, MessageStep } from "./plugin/connection/message.ts";

/** `hyperchains` of hardhat.config.ts. Everything may be left out; then there are two chains, "alpha" (271) and "beta" (272). */
export interface HyperchainsUserConfig {
  /** What the ecosystem is called. Default "hyperchains". */
  readonly name?: string;
  /** Interface to listen on. Default 127.0.0.1; another one opens development keys to the network. */
  readonly host?: string;
  /**
   * Origins whose web pages may ask, such as "https://app.example.com"; "*" for every page that the browser opens. Pages of
   * this machine and browsers' extensions may always. Default: no others.
   */
  readonly origins?: readonly string[];
  /** JSON-RPC URL of a running ecosystem that the tasks use when none is named on the command line. */
  readonly url?: string;
  readonly l1?: HyperchainsL1UserConfig;
  /** One chain per name. A name is a word such as `alpha`, with which the tasks and `0x…@alpha` address the chain. */
  readonly chains?: Readonly<Record<string, HyperchainUserConfig>>;
  readonly prover?: HyperchainsProverUserConfig;
  readonly accounts?: HyperchainsAccountsUserConfig;
  /** Whether a relayer carries messages by itself. Default true. */
  readonly relayer?: boolean;
  /** What the relayer delivers at which reward. Default: everything, down to a small reserve. */
  readonly relayerPolicy?: HyperchainsRelayerPolicyUserConfig;
  /** How often chains and the relayer look at L1, in milliseconds. Default 100. */
  readonly pollIntervalMs?: number;
}

/** The settlement layer: one inside the process, or an existing one. */
export interface HyperchainsL1UserConfig {
  /** Port that `hyperchain:spawn` serves it on. Default 8545; 0 for any free one. */
  readonly port?: number;
  /** JSON-RPC URL of an existing settlement layer; then none is started. HYPERCHAIN_PRIVATE_KEY may say who pays there. */
  readonly url?: string;
  /** L1 blocks that must stand on something before it counts, its own included. Default 1. */
  readonly confirmations?: number;
}

/** One chain. */
export interface HyperchainUserConfig {
  /** Default 271 for the first chain, 272 for the next, and so on. */
  readonly chainId?: number;
  /** Port that `hyperchain:spawn` serves it on. Default: those after L1's; 0 for any free one. */
  readonly port?: number;
  /** "instant" (default): a block as soon as a transaction waits. A number: one every so many milliseconds. */
  readonly blocks?: "instant" | number;
  readonly batches?: {
    /** Milliseconds after which a batch is sealed; null for never. Default 2,000 where it is spawned. */
    readonly maxAgeMs?: number | null;
    /** Transactions at which a batch is sealed. Default: no such limit. */
    readonly maxTransactions?: number;
  };
  /** In which fees are paid: the address of an ERC-20 on L1, or the name and symbol of one to deploy there. Default ETH. */
  readonly baseToken?: string | { readonly name: string; readonly symbol: string };
  /** "rollup" (default) publishes its data on L1, "validium" gives it to a committee. */
  readonly dataAvailability?: DataAvailability;
  /** Of a validium: how many hold its data, and how many of them must sign for it. Default: 1 of 1. */
  readonly committee?: { readonly members: number; readonly threshold: number };
  /** Of a validium: accounts to which the committee gives the data. Default: only the chain's operator. */
  readonly readers?: readonly string[];
  /** Who must sign each batch after executing it again. Default: one member inside the process. */
  readonly quorum?: { readonly members: number; readonly threshold: number };
  /** Seconds between the commit of a batch and its execution. Default 0. */
  readonly executionDelaySeconds?: number;
  /** Seconds that the chain has for an operation of its priority queue. Default 3,600. */
  readonly priorityOpWindowSeconds?: number;
  /** Seconds after an operation's deadline at which the exit opens. Default 86,400. */
  readonly exitDelaySeconds?: number;
  /**
   * Whether anyone who reaches the chain's RPC may change its state at will. Default: only beside an L1 that is started with it, and
   * served to this machine alone. Written into the chain's contract when it is created.
   */
  readonly cheats?: boolean;
  /** File in which settlement keeps its steps. Default: in memory. */
  readonly journal?: string;
  /**
   * Instructions that a transaction may run, from 1,000,000 to 16,777,216 (2^24, which is no limit): the engine remembers each, in
   * some 800 bytes, until the block is made. Default 2,000,000; in tests no limit, as on Hardhat's own network.
   */
  readonly maxInstructions?: number;
}

/** What checks batches. */
export interface HyperchainsProverUserConfig {
  /** "stark" (default): every batch has a validity proof. "none": nothing is proven, for tests that only need speed. */
  readonly mode?: ProverMode;
  /** Threads. Default: all cores. */
  readonly workers?: number;
}

/** What the relayer pays for, in the base token of the chain on which it delivers. */
export interface HyperchainsRelayerPolicyUserConfig {
  /** Least reward of a delivery, in percent of what its gas costs. Default 0: everything is delivered. */
  readonly minRewardPercent?: number;
  /** What deliveries at a loss must leave in the relayer's account, in ETH. Default "0.001". */
  readonly reserve?: string;
}

/** Development accounts that have money on every chain. */
export interface HyperchainsAccountsUserConfig {
  /** The first so many, and the relayer's. Default 10. */
  readonly funded?: number;
  /** What each gets on each chain, in ETH. Default "100". */
  readonly balance?: string;
}

/** `hre.config.hyperchains`. */
export interface HyperchainsConfig {
  readonly name: string;
  readonly host: string;
  readonly origins: readonly string[];
  readonly url?: string;
  readonly l1: HyperchainsL1UserConfig;
  /** In the order of the user's config. */
  readonly chains: readonly HyperchainConfig[];
  readonly prover: { readonly mode: ProverMode; readonly workers?: number };
  readonly accounts: { readonly funded: number; readonly balanceWei: bigint };
  readonly relayer: boolean;
  readonly relayerPolicy: { readonly minRewardPercent?: number; readonly reserveWei?: bigint };
  readonly pollIntervalMs: number;
}

/** One chain of `hre.config.hyperchains`. */
export interface HyperchainConfig extends Omit<HyperchainUserConfig, "chainId" | "baseToken" | "readers"> {
  readonly name: string;
  readonly chainId: number;
  /** 20 bytes in lower case. */
  readonly baseToken?: `0x${string}` | { readonly name: string; readonly symbol: string };
  readonly readers?: readonly `0x${string}`[];
}
