import type * as v from "valibot";
import type { chainConfig, configSchema } from "./options/config.ts";
import type { Given } from "./options/fields/values.ts";

export type { ChainAddress, ChainAddressLike } from "./client/chain-address.ts";
export type { ChainName } from "./client/ecosystem.ts";
export type { MemberBalances, TokenBalance } from "./client/wallet-balances.ts";
export type { AssetPart, WalletAsset } from "./client/wallet-assets.ts";
export type { ChainStanding } from "./client/chain-standing.ts";
export type { SpendPart, SpendPlan } from "./client/spend.ts";
export type { WalletHistory, WalletTransaction } from "./client/running-ecosystem.ts";
export type { WalletView } from "./client/wallet-view.ts";
export type { TransferInFlight } from "./client/transfer-in-flight.ts";
export type * from "./devnet/bridges/bridge-info.ts";
export type * from "./devnet/view/ecosystem-info.ts";
export type * from "./options/generated/user-config.ts";
export type * from "./plugin/api/bridges.ts";
export type { Faults, FaultTarget } from "./plugin/api/faults.ts";
export type * from "./plugin/api/hyperchains.ts";
export type { CrossingType, Message, MessageStep } from "./plugin/api/message.ts";

/** `hre.config.hyperchains`: what the user says, with the defaults. */
export interface HyperchainsConfig extends Omit<
  Given<v.InferOutput<typeof configSchema>>,
  "chains" | "accounts" | "relayerPolicy"
> {
  /** In the order of the user's config. */
  readonly chains: readonly HyperchainConfig[];
  readonly accounts: { readonly funded: number; readonly balanceWei: bigint; readonly unlocked?: boolean | undefined };
  readonly relayerPolicy: { readonly minRewardPercent?: number | undefined; readonly reserveWei?: bigint | undefined };
}

/** One chain of `hre.config.hyperchains`. */
export interface HyperchainConfig extends Omit<Given<v.InferOutput<typeof chainConfig>>, "chainId"> {
  readonly name: string;
  readonly chainId: number;
}
