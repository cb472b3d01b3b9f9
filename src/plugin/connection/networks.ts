import type { HardhatConfig, HardhatUserConfig } from "hardhat/types/config";
import type { HardhatUserConfigValidationError } from "hardhat/types/hooks";
import { DEVELOPMENT_KEYS } from "../../devnet/accounts/development-phrase.ts";
import type { HyperchainsUserConfig } from "../../options/generated/user-config.ts";
import { resolveHyperchains } from "../config/resolve.ts";
import { validateHyperchains } from "../config/validate.ts";

/** `network.create("hyperchains")` is an ecosystem; its connection is L1. */
export const ECOSYSTEM_NETWORK = "hyperchains";

/**
 * `network.create("hyperchain")`, or `--network hyperchain`, is a connection to the first chain of an ecosystem of its own: so
 * whole test suites run on a hyperchain as they are.
 */
const CHAIN_NETWORK = "hyperchain";

/** What connections to chains look like to other plugins: keys are here, so that transactions are signed in this process. */
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
    const sameSecond = network.type === "edr-simulated" ? { allowBlocksWithSameTimestamp: true } : {};
    const said = merge(merge(user.hyperchains ?? {}, rulesOf(user.networks?.[name])), own);
    const all = resolveHyperchains(said);
    // Who asks for one chain does not wait for others, unless the network names them.
    const hyperchains = connectsToChain && own.chains === undefined ? { ...all, chains: all.chains.slice(0, 1) } : all;
    return [name, { ...network, ...sameSecond, connectsToChain, hyperchains }] as const;
  });
  return Object.fromEntries(networks);
}

const RULES = ["allowBlocksWithSameTimestamp", "allowUnlimitedContractSize"] as const;

/** What a network says of its blocks' timestamps and of code, as any of Hardhat's. L1 itself repeats seconds in any case. */
function rulesOf(network: object | undefined): HyperchainsUserConfig {
  const said = RULES.flatMap((rule) => {
    const value = (network as { readonly [Rule in (typeof RULES)[number]]?: boolean } | undefined)?.[rule];
    return value === undefined ? [] : [[rule, value] as const];
  });
  return Object.fromEntries(said);
}

/** What is wrong with what networks say about their ecosystems, as `validateHyperchains` says it of the whole config. */
export function validateEcosystemNetworks({ networks = {} }: HardhatUserConfig): HardhatUserConfigValidationError[] {
  return Object.entries(networks).flatMap(([name, network]) => {
    const { hyperchains, connectsToChain } = network as { readonly hyperchains?: unknown; readonly connectsToChain?: unknown };
    const errors = validateHyperchains(hyperchains).map((error) => ({ ...error, path: ["networks", name, ...error.path] }));
    if (connectsToChain === undefined || typeof connectsToChain === "boolean") return errors;
    return [...errors, { path: ["networks", name, "connectsToChain"], message: "must be true or false" }];
  });
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
