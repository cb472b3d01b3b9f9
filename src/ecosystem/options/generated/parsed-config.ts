// Generated from src/ecosystem/options/fields by 'npm run generate'.
import type { ComposedData } from "../fields/data-policy.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type {
  HyperchainBatchesUserConfig,
  HyperchainFactsUserConfig,
  HyperchainFeesUserConfig,
  HyperchainPaceUserConfig,
  HyperchainsBridgesUserConfig,
  HyperchainsL1UserConfig,
  HyperchainsStakeUserConfig,
  ImportedAccountUserConfig,
} from "./user-config.ts";

/** Options of `hyperchains` with their defaults. */
export interface HyperchainsParsedConfig {
  readonly name: string;
  readonly host: string;
  readonly origins: readonly string[];
  readonly development?: boolean | undefined;
  readonly reseal?: boolean | undefined;
  readonly relayer: boolean;
  readonly relayerPolicy: HyperchainsRelayerPolicyParsedConfig;
  readonly bridges?: HyperchainsBridgesUserConfig | undefined;
  readonly data?: string | undefined;
  readonly url?: string | undefined;
  readonly l1: HyperchainsL1UserConfig;
  readonly governance: HyperchainsGovernanceParsedConfig;
  readonly stake?: HyperchainsStakeUserConfig | undefined;
  readonly guardians?: Readonly<Record<string, HyperchainsGuardiansParsedConfig>> | undefined;
  readonly hubs?: Readonly<Record<string, HyperchainsHubParsedConfig>> | undefined;
  readonly proofs: "stark" | "none";
  readonly lastProof?: "fast" | "small" | undefined;
  readonly execution: "trusted" | "proven";
  readonly prover: HyperchainsProverParsedConfig;
  readonly accounts: HyperchainsAccountsParsedConfig;
  readonly singletons: boolean;
  readonly accountAbstraction: boolean;
  readonly allowUnlimitedContractSize: boolean;
  readonly allowBlocksWithSameTimestamp?: boolean | undefined;
  readonly pollIntervalMs: number;
  readonly page: HyperchainsPageParsedConfig;
  readonly chains: Readonly<Record<string, HyperchainParsedConfig>>;
}

/** Options of `hyperchains.relayerPolicy` with their defaults. */
export interface HyperchainsRelayerPolicyParsedConfig {
  readonly minRewardPercent?: number | undefined;
  readonly reserve?: bigint | undefined;
}

/** Options of `hyperchains.governance` with their defaults. */
export interface HyperchainsGovernanceParsedConfig {
  readonly governor?: HyperchainsGovernorParsedConfig | undefined;
  readonly council?: HyperchainsCouncilParsedConfig | undefined;
}

/** Options of `hyperchains.governance.governor` with their defaults. */
export interface HyperchainsGovernorParsedConfig {
  readonly holders?: readonly Hex[] | undefined;
  readonly votingDelaySeconds: number;
  readonly votingPeriodSeconds: number;
  readonly timelockDelaySeconds: number;
  readonly quorumPercent: number;
  readonly superQuorumPercent: number;
}

/** Options of `hyperchains.governance.council` with their defaults. */
export interface HyperchainsCouncilParsedConfig {
  readonly members?: readonly Hex[] | undefined;
  readonly softThreshold?: number | undefined;
  readonly hardThreshold?: number | undefined;
  readonly softSeconds?: number | undefined;
  readonly freezeSeconds: number;
}

/** Options of `hyperchains.guardians.x` with their defaults. */
export interface HyperchainsGuardiansParsedConfig {
  readonly members: number;
  readonly stakesWei?: readonly bigint[] | undefined;
  readonly shareBps: number;
  readonly open: boolean;
}

/** Options of `hyperchains.hubs.x` with their defaults. */
export interface HyperchainsHubParsedConfig {
  readonly members: readonly string[];
  readonly aggregators: number;
  readonly processes: boolean;
  readonly landing: HyperchainsHubLandingParsedConfig;
}

/** Options of `hyperchains.hubs.x.landing` with their defaults. */
export interface HyperchainsHubLandingParsedConfig {
  readonly maxAgeSeconds: number;
  readonly maxBatches: number;
}

/** Options of `hyperchains.prover` with their defaults. */
export interface HyperchainsProverParsedConfig {
  readonly workers?: number | undefined;
  readonly device: "auto" | "wasm" | "gpu";
  readonly gpuMemory?: number | undefined;
  readonly fleet?: HyperchainsFleetParsedConfig | undefined;
}

/** Options of `hyperchains.prover.fleet` with their defaults. */
export interface HyperchainsFleetParsedConfig {
  readonly host: string;
  readonly port: number;
  readonly token: string;
  readonly postgres?: string | undefined;
}

/** Options of `hyperchains.accounts` with their defaults. */
export interface HyperchainsAccountsParsedConfig {
  readonly funded: number;
  readonly balance?: bigint | undefined;
  readonly unlocked?: boolean | undefined;
}

/** Options of `hyperchains.page` with their defaults. */
export interface HyperchainsPageParsedConfig {
  readonly served: boolean;
  readonly port?: number | undefined;
}

/** Options of `hyperchains.chains.x` with their defaults. */
export interface HyperchainParsedConfig {
  readonly chainId?: number | undefined;
  readonly settlesOn?: string | undefined;
  readonly port?: number | undefined;
  readonly porterPort?: number | undefined;
  readonly blocks: "instant" | number;
  readonly batches: HyperchainBatchesUserConfig;
  readonly sequencing:
    | "single"
    | "queue"
    | { readonly by: "bft"; readonly nodes: number; readonly processes?: boolean | undefined }
    | { readonly by: "external"; readonly key: Hex; readonly peers: readonly string[] };
  readonly transactionOrder: "arrival" | "fee" | "encrypted";
  readonly senders?: readonly Hex[] | undefined;
  readonly deployers?: readonly Hex[] | undefined;
  readonly fees?: HyperchainFeesUserConfig | undefined;
  readonly maxInstructions?: number | undefined;
  readonly baseToken?: Hex | { readonly name: string; readonly symbol: string } | undefined;
  readonly filterer?: Hex | { readonly allow: readonly Hex[] } | undefined;
  readonly executionDelaySeconds: number;
  readonly priorityOpWindowSeconds: number;
  readonly exitDelaySeconds: number;
  readonly secondCheck?: boolean | undefined;
  readonly cheats?: boolean | undefined;
  readonly dataAvailability:
    | "rollup"
    | "validium"
    | "inputs"
    | "owners"
    | "chain"
    | { readonly guardians: string }
    | ComposedData;
  readonly committee?: { readonly members: number; readonly threshold: number } | undefined;
  readonly partition?: HyperchainPartitionParsedConfig | undefined;
  readonly readers?: readonly Hex[] | undefined;
  readonly openReads: boolean;
  readonly quorum?: { readonly members: number; readonly threshold: number } | undefined;
  readonly standby?: HyperchainStandbyParsedConfig | undefined;
  readonly execution?: "trusted" | "proven" | undefined;
  readonly pace: HyperchainPaceUserConfig;
  readonly journal?: string | undefined;
  readonly facts?: HyperchainFactsUserConfig | undefined;
  readonly links?: readonly string[] | undefined;
  readonly instant?: HyperchainInstantParsedConfig | undefined;
  readonly import?: Readonly<Record<string, ImportedAccountUserConfig>> | undefined;
}

/** Options of `hyperchains.chains.x.partition` with their defaults. */
export interface HyperchainPartitionParsedConfig {
  readonly chainId: number;
  readonly guardians?: string | undefined;
  readonly afterMs: number;
}

/** Options of `hyperchains.chains.x.standby` with their defaults. */
export interface HyperchainStandbyParsedConfig {
  readonly accounts: readonly Hex[];
  readonly threshold: number;
}

/** Options of `hyperchains.chains.x.instant` with their defaults. */
export interface HyperchainInstantParsedConfig {
  readonly from: Readonly<Record<string, HyperchainInstantTermsParsedConfig>>;
}

/** Options of `hyperchains.chains.x.instant.from.x` with their defaults. */
export interface HyperchainInstantTermsParsedConfig {
  readonly minStakeWei: bigint;
  readonly maxAtRiskWei: bigint;
  readonly anyMessage: boolean;
}
