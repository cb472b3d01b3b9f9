import type { ProverMode } from "./devnet/view/ecosystem-info.ts";
import type { BridgesOption } from "./options/bridges.ts";
import type { HyperchainsL1UserConfig, HyperchainUserConfig } from "./options/generated/user-config.ts";

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

/** `hre.config.hyperchains`. */
export interface HyperchainsConfig {
  readonly name: string;
  readonly host: string;
  readonly origins: readonly string[];
  readonly url?: string | undefined;
  readonly l1: HyperchainsL1UserConfig;
  /** In the order of the user's config. */
  readonly chains: readonly HyperchainConfig[];
  readonly prover: {
    readonly mode: ProverMode;
    /** Of chains that say nothing. */
    readonly execution: "proven" | "trusted";
    /** Of each chain, of its newest batches. */
    readonly keptProofs: number;
    readonly workers?: number | undefined;
    readonly fleet?: { readonly host: string; readonly port: number; readonly token: string } | undefined;
  };
  readonly accounts: { readonly funded: number; readonly balanceWei: bigint; readonly unlocked?: boolean | undefined };
  readonly singletons: boolean;
  readonly allowUnlimitedContractSize: boolean;
  readonly allowBlocksWithSameTimestamp?: boolean | undefined;
  readonly development?: boolean | undefined;
  readonly reseal?: boolean | undefined;
  readonly relayer: boolean;
  readonly relayerPolicy: { readonly minRewardPercent?: number | undefined; readonly reserveWei?: bigint | undefined };
  readonly pollIntervalMs: number;
  readonly page: { readonly served: boolean; readonly port?: number | undefined };
  /** Of others, whose dapps run here as they are. */
  readonly bridges?: BridgesOption | undefined;
  /** Of spawned ecosystems. */
  readonly data?: string | undefined;
}

/** What a chain has in every config that is complete. */
type CompleteFields =
  | "blocks"
  | "batches"
  | "dataAvailability"
  | "openReads"
  | "executionDelaySeconds"
  | "priorityOpWindowSeconds"
  | "exitDelaySeconds"
  | "pace"
  | "prover";

/** One chain of `hre.config.hyperchains`. */
export interface HyperchainConfig
  extends
    Omit<HyperchainUserConfig, "chainId" | "baseToken" | "readers" | "senders" | "deployers" | CompleteFields>,
    Required<{ readonly [Field in CompleteFields]: NonNullable<HyperchainUserConfig[Field]> }> {
  readonly name: string;
  readonly chainId: number;
  /** 20 bytes in lower case. */
  readonly baseToken?: `0x${string}` | { readonly name: string; readonly symbol: string } | undefined;
  readonly readers?: readonly `0x${string}`[] | undefined;
  readonly senders?: readonly `0x${string}`[] | undefined;
  readonly deployers?: readonly `0x${string}`[] | undefined;
}
