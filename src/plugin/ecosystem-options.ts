import { ACCOUNT_NUMBERS } from "../devnet/accounts.ts";
import { chainOptions } from "../devnet/membership/configured-chain.ts";
import type { DevnetOptions } from "../devnet/options.ts";
import type { HyperchainsConfig } from "../types.ts";

/** What the config leaves to the caller that starts the ecosystem. */
export interface EcosystemDefaults {
  /** Age at which a batch is sealed where the config says nothing; undefined for on demand. */
  readonly batchAgeMs: number | undefined;
  /** Instructions that a transaction may run where the config says nothing; undefined for the chain's own default. */
  readonly maxInstructions: number | undefined;
  /** Whether blocks may repeat a second where the config says nothing. */
  readonly sameTimestamps: boolean;
  /** undefined: nothing moves unless it is told to. */
  readonly pollIntervalMs: number | undefined;
}

/** The ecosystem that a config describes. */
export function ecosystemOptions(config: HyperchainsConfig, defaults: EcosystemDefaults): DevnetOptions {
  const { name, host, origins, l1, chains, prover, accounts, relayer, relayerPolicy } = config;
  return {
    name,
    host,
    origins,
    l1,
    chains: chains.map((chain) => chainOptions(chain, defaults)),
    chainDefaults: { batchAgeMs: defaults.batchAgeMs, maxInstructions: defaults.maxInstructions },
    fundedAccounts: fundedAccounts(accounts.funded, relayer),
    fundingWei: accounts.balanceWei,
    singletons: config.singletons,
    allowUnlimitedContractSize: config.allowUnlimitedContractSize,
    distinctTimestamps: !(config.allowBlocksWithSameTimestamp ?? defaults.sameTimestamps),
    ...(accounts.unlocked === undefined ? {} : { unlocked: accounts.unlocked }),
    ...(config.development === undefined ? {} : { development: config.development }),
    ...(config.reseal === undefined ? {} : { reseal: config.reseal }),
    prover: prover.mode === "none" ? { mode: "none", execution: prover.execution } : { ...prover, mode: "stark" },
    pollIntervalMs: defaults.pollIntervalMs,
    relayer,
    relayerPolicy,
    ...(config.bridges === undefined ? {} : { bridges: config.bridges }),
  };
}

function fundedAccounts(count: number, relayer: boolean): readonly number[] {
  const numbers = Array.from({ length: count }, (_, number) => number);
  return !relayer || numbers.includes(ACCOUNT_NUMBERS.relayer) ? numbers : [...numbers, ACCOUNT_NUMBERS.relayer];
}
