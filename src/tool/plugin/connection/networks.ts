import type { HardhatConfig, HardhatUserConfig } from "hardhat/types/config";
import type { HardhatUserConfigValidationError } from "hardhat/types/hooks";
import { DEVELOPMENT_KEYS } from "../../../ecosystem/devnet/accounts/development-phrase.ts";
import type { HyperchainsUserConfig } from "../../../ecosystem/options/generated/user-config.ts";
import type { HyperchainsConfig } from "../../../ecosystem/options/resolved-config.ts";
import { L1_RULES, refusedKeys, RULE_KEYS } from "../config/network-keys.ts";
import { resolveHyperchains } from "../config/resolve.ts";
import { validateHyperchains } from "../config/validate.ts";

/** `network.create("hyperchains")` is an ecosystem; its connection is L1. */
export const ECOSYSTEM_NETWORK = "hyperchains";

/**
 * Name of the network of a chain. `network.create("hyperchain")`, or `--network hyperchain`, connects to the
 * first chain of a new ecosystem, so that whole test suites run on a hyperchain unchanged.
 */
const CHAIN_NETWORK = "hyperchain";

/**
 * Network of connections to chains, for other plugins. It has the keys, so that transactions are signed in
 * this process.
 */
export const MEMBER_NETWORK = "hyperchain-member";

/** Adds these networks. A network of the user's own that has `hyperchains` is an ecosystem too. */
export function withEcosystemNetworks(config: HardhatUserConfig): HardhatUserConfig {
  const url = config.hyperchains?.url;
  const ecosystem =
    url === undefined
      ? ({ type: "edr-simulated", chainType: "l1", hyperchains: {} } as const)
      : ({ type: "http", url, hyperchains: {} } as const);
  const member = { type: "http", url: NOWHERE, accounts: [...DEVELOPMENT_KEYS] } as const;
  const { [ECOSYSTEM_NETWORK]: own, [CHAIN_NETWORK]: ownChain, [MEMBER_NETWORK]: overridden, ...others } = config.networks ?? {};
  // Hardhat applies `override` to the user's config, before this.
  const networks = {
    [ECOSYSTEM_NETWORK]: { ...ecosystem, ...own },
    [CHAIN_NETWORK]: { ...ecosystem, connectsToChain: true, ...ownChain },
    ...others,
    [MEMBER_NETWORK]: { ...member, ...overridden },
  };
  return { ...config, networks: networks as NonNullable<HardhatUserConfig["networks"]> };
}

/** Completes what networks say about their ecosystems with what the whole config says. */
export function resolveEcosystemNetworks(user: HardhatUserConfig, resolved: HardhatConfig): HardhatConfig["networks"] {
  const networks = Object.entries(resolved.networks).map(([name, network]) => {
    const { hyperchains: own, connectsToChain = false } = user.networks?.[name] ?? {};
    if (own === undefined) return [name, network] as const;
    const sameSecond = network.type === "edr-simulated" ? L1_RULES : {};
    const all = ecosystemOf(user, name);
    // Who asks for one chain does not wait for others, unless the network names them.
    const hyperchains = connectsToChain && own.chains === undefined ? { ...all, chains: all.chains.slice(0, 1) } : all;
    return [name, { ...network, ...sameSecond, connectsToChain, hyperchains }] as const;
  });
  return Object.fromEntries(networks);
}

/** The ecosystem of a network: its own options, then the network's rules, then those of the whole config. */
function ecosystemOf(user: HardhatUserConfig, name: string): HyperchainsConfig {
  const network = user.networks?.[name];
  return resolveHyperchains(merge(merge(user.hyperchains ?? {}, rulesOf(network)), network?.hyperchains ?? {}));
}

/** A network's rules for timestamps and code, which are its chains' too. */
function rulesOf(network: object | undefined): HyperchainsUserConfig {
  const said = RULE_KEYS.flatMap((rule) => {
    const value = (network as { readonly [Rule in (typeof RULE_KEYS)[number]]?: boolean } | undefined)?.[rule];
    return value === undefined ? [] : [[rule, value] as const];
  });
  return Object.fromEntries(said);
}

/** Errors in what networks say of their ecosystems: in `hyperchains`, as in the whole config, and in Hardhat's own keys. */
export function validateEcosystemNetworks(config: HardhatUserConfig): HardhatUserConfigValidationError[] {
  const isValid = validateHyperchains(config.hyperchains).length === 0;
  return Object.entries(config.networks ?? {}).flatMap(([name, network]) => {
    const { hyperchains, connectsToChain } = network as { readonly hyperchains?: unknown; readonly connectsToChain?: unknown };
    const inNetwork = (key: string, message: string) => ({ path: ["networks", name, key], message });
    const errors = validateHyperchains(hyperchains).map((error) => ({ ...error, path: ["networks", name, ...error.path] }));
    if (hyperchains !== undefined) errors.push(...refusedKeys(network).map(({ key, message }) => inNetwork(key, message)));
    if (connectsToChain !== undefined && typeof connectsToChain !== "boolean")
      errors.push(inNetwork("connectsToChain", "must be true or false"));
    const isChecked = hyperchains !== undefined && isValid && errors.length === 0;
    if (!isChecked || network.type === "http" || network.chainId === undefined) return errors;
    const taken = ecosystemOf(config, name).chains.find(({ chainId }) => chainId === network.chainId);
    return taken === undefined
      ? []
      : [inNetwork("chainId", `${taken.chainId} is the chain id of "${taken.name}"; choose another`)];
  });
}

/** Merges options; the network's have priority, in sections field by field. Chains are one field. */
function merge(general: HyperchainsUserConfig, special: HyperchainsUserConfig): HyperchainsUserConfig {
  return {
    ...general,
    ...special,
    l1: { ...general.l1, ...special.l1 },
    prover: { ...general.prover, ...special.prover },
    accounts: { ...general.accounts, ...special.accounts },
  };
}

/** Placeholder URL without requests, because connections to chains have separate transports, or a URL. */
const NOWHERE = "http://127.0.0.1:1";
