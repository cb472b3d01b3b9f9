import type * as v from "valibot";
import type { chainConfig, configSchema } from "./config.ts";
import type { DeepReadonly } from "./fields/values.ts";

/** `hre.config.hyperchains`: what the user says, with the defaults. */
export interface HyperchainsConfig extends Omit<
  DeepReadonly<v.InferOutput<typeof configSchema>>,
  "chains" | "accounts" | "relayerPolicy"
> {
  /** In the order of the user's config. */
  readonly chains: readonly HyperchainConfig[];
  readonly accounts: { readonly funded: number; readonly balanceWei: bigint; readonly unlocked?: boolean | undefined };
  readonly relayerPolicy: { readonly minRewardPercent?: number | undefined; readonly reserveWei?: bigint | undefined };
}

/** One chain of `hre.config.hyperchains`. */
export interface HyperchainConfig extends Omit<DeepReadonly<v.InferOutput<typeof chainConfig>>, "chainId"> {
  readonly name: string;
  readonly chainId: number;
}
