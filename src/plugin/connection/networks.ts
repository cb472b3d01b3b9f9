import type { HardhatConfig, HardhatUserConfig } from "hardhat/types/config";
import { DEVELOPMENT_MNEMONIC } from "../../devnet/development-phrase.ts";
import type { HyperchainsUserConfig } from "../../types.ts";
import { resolveHyperchains } from "../config/resolve.ts";

/** `network.create("hyperchains")` is an ecosystem; its connection is L1. */
export const ECOSYSTEM_NETWORK = "hyperchains";

/** What connections to chains look like to other plugins: keys are here, so that transactions are signed in this process. */
export const MEMBER_NETWORK = "hyperchain-member";

/** Adds both networks. A network of the user's own that has `hyperchains` is an ecosystem too. */
export function withEcosystemNetworks(config: HardhatUserConfig): HardhatUserConfig {
  const url = config.hyperchains?.url;
  const ecosystem = url === undefined ? ({ type: "edr-simulated", chainType: "l1", hyperchains: {} } as const) : ({ type: "http", url, hyperchains: {} } as const);
  const member = { type: "http", url: NOWHERE, accounts: { mnemonic: DEVELOPMENT_MNEMONIC, count: ACCOUNTS } } as const;
  const { [ECOSYSTEM_NETWORK]: own, [MEMBER_NETWORK]: overridden, ...others } = config.networks ?? {};
  // Hardhat applies `override` to the user's config, before this.
  const networks = { [ECOSYSTEM_NETWORK]: { ...ecosystem, ...own }, ...others, [MEMBER_NETWORK]: { ...member, ...overridden } };
  return { ...config, networks: networks as NonNullable<HardhatUserConfig["networks"]> };
}

/** Completes what networks say about their ecosystems with what the whole config says. */
export function resolveEcosystemNetworks(user: HardhatUserConfig, resolved: HardhatConfig): HardhatConfig["networks"] {
  const networks = Object.entries(resolved.networks).map(([name, network]) => {
    const own = user.networks?.[name]?.hyperchains;
    if (own === undefined) return [name, network] as const;
    const sameSecond = network.type === "edr-simulated" ? { allowBlocksWithSameTimestamp: true } : {};
    return [name, { ...network, ...sameSecond, hyperchains: resolveHyperchains(merge(user.hyperchains ?? {}, own)) }] as const;
  });
  return Object.fromEntries(networks);
}

/** The network's own wins; of sections each field by itself. Chains belong together. */
function merge(general: HyperchainsUserConfig, own: HyperchainsUserConfig): HyperchainsUserConfig {
  return {
    ...general,
    ...own,
    l1: { ...general.l1, ...own.l1 },
    prover: { ...general.prover, ...own.prover },
    accounts: { ...general.accounts, ...own.accounts },
  };
}

/** Never asked: connections to chains have transports of their own, or a URL. */
const NOWHERE = "http://127.0.0.1:1";
/** As many as Hardhat's in-process networks have. */
const ACCOUNTS = 20;
