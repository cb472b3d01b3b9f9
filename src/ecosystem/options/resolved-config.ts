import type { HyperchainParsedConfig, HyperchainsParsedConfig } from "./generated/parsed-config.ts";

/** `hre.config.hyperchains`: what the user says, with the defaults. */
export interface HyperchainsConfig extends Omit<HyperchainsParsedConfig, "chains" | "accounts" | "relayerPolicy"> {
  /** In the order of the user's config. */
  readonly chains: readonly HyperchainConfig[];
  readonly accounts: { readonly funded: number; readonly balanceWei: bigint; readonly unlocked?: boolean | undefined };
  readonly relayerPolicy: { readonly minRewardPercent?: number | undefined; readonly reserveWei?: bigint | undefined };
}

/** One chain of `hre.config.hyperchains`. */
export interface HyperchainConfig extends HyperchainParsedConfig {
  readonly name: string;
  readonly chainId: number;
}
