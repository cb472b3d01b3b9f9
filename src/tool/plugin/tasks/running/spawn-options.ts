import { CHAIN_OPTIONS } from "../../../../ecosystem/options/chain.ts";
import { ECOSYSTEM_OPTIONS } from "../../../../ecosystem/options/ecosystem.ts";
import { FIRST_CHAIN_ID } from "../../../../ecosystem/options/fields/identity.ts";
import { DEFAULT_L1_PORT } from "../../../../ecosystem/options/fields/l1.ts";
import { DEFAULT_PAGE_PORT } from "../../../../ecosystem/options/fields/page.ts";
import { withFlags, type GivenFlags } from "../../../../ecosystem/options/spawn-flags.ts";
import type { HyperchainConfig, HyperchainsConfig } from "../../../../ecosystem/options/resolved-config.ts";
import { resolveHyperchains, withIds } from "../../config/resolve.ts";
import { pluginError } from "../../plugin-error.ts";
import type { runningTasks } from "../arguments/running.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";
import { readFlags } from "../session/arguments.ts";
import { readChains } from "../session/chain-option.ts";

/** Names of chains where nothing is configured. */
const DEFAULT_CHAIN_NAMES = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"] as const;

/** Options of `hyperchain:spawn` in the user's spelling; each given one has priority over the config. */
export type SpawnArguments = ArgumentsOf<(typeof runningTasks)["spawn"]>;

/** The config with what the command line says. Throws a plugin error for what cannot be. */
export function spawnConfig(config: HyperchainsConfig, args: SpawnArguments): HyperchainsConfig {
  const given = readFlags(args);
  const chosen = chosenChains(config.chains, given);
  const { da } = given;
  if (da !== undefined && da.length !== 1 && da.length !== chosen.length)
    throw pluginError(`--da has ${da.length} values for ${chosen.length} chains; give one for all, or one per chain`);
  const { l1, relayer, page, ...said } = withFlags(ECOSYSTEM_OPTIONS, config, given);
  const { url, fork, confirmations, port = DEFAULT_L1_PORT } = l1;
  if (fork !== undefined && (fork.url as string | undefined) === undefined)
    throw pluginError("--fork-block is a block of the L1 that --fork names; give both");
  const flagged = chosen.map((chain, place) => withFlags(CHAIN_OPTIONS, chain, given, place));
  const chains = withDescribed(flagged, args.chain);
  const ports = chainPorts(port, chains);
  return {
    ...said,
    l1: {
      ...(url === undefined ? { port } : { url }),
      confirmations,
      ...(fork === undefined ? {} : { fork }),
    },
    chains: chains.map((chain, place) => ({ ...chain, port: ports[place] ?? 0 })),
    relayer: relayer && !args.noRelayer,
    page: { served: page.served && !args.noPage, port: page.port ?? (port === 0 ? 0 : DEFAULT_PAGE_PORT) },
  };
}

/** Chains with those of `--chain`, which replace chains of their name. Throws a plugin error for a name twice. */
function withDescribed(chosen: readonly HyperchainConfig[], text: string | undefined): readonly HyperchainConfig[] {
  const described = readChains(text).map(({ chain }) => chain);
  const twice = described.find(({ name }, at) => described.findIndex((other) => other.name === name) !== at);
  if (twice !== undefined) throw pluginError(`--chain has "${twice.name}" twice; use another name for each chain`);
  const replaced = chosen.map((chain) => {
    const by = described.find(({ name }) => name === chain.name);
    return by === undefined ? chain : { ...by, chainId: by.chainId ?? chain.chainId };
  });
  const added = described.filter(({ name }) => !chosen.some((chain) => chain.name === name));
  return withIds([...replaced, ...added]);
}

/** Each chain's own port, or the next after L1's that no other chain names; free ones where L1's is 0. */
function chainPorts(l1Port: number, chains: readonly HyperchainConfig[]): readonly number[] {
  const named = new Set(chains.map(({ port }) => port));
  let next = l1Port;
  return chains.map(({ port }) => {
    if (port !== undefined) return port;
    if (l1Port === 0) return 0;
    do ++next;
    while (named.has(next));
    return next;
  });
}

/** The config's chains, or as many of them and new ones as `--chains` says, or those that `--names` names. */
function chosenChains(
  configured: readonly HyperchainConfig[],
  { names, chains: wanted }: GivenFlags,
): readonly HyperchainConfig[] {
  const count = wanted ?? names?.length ?? configured.length;
  if (names !== undefined && names.length !== count) {
    throw pluginError(
      `--names has ${names.length} names and --chains says ${count}; give as many names as chains, or leave --chains out`,
    );
  }
  const taken = new Set(configured.map(({ chainId }) => chainId));
  const free = function* (): Generator<number> {
    for (let chainId = FIRST_CHAIN_ID; ; chainId++) if (!taken.has(chainId)) yield chainId;
  };
  const freeIds = free();
  const spare = DEFAULT_CHAIN_NAMES.filter((name) => !configured.some((chain) => chain.name === name));
  const chains = Array.from({ length: count }, (_, place): HyperchainConfig => {
    const name = names?.[place];
    const known =
      name === undefined
        ? configured[place]
        : (configured.find((chain) => chain.name === name) ?? unnamed(configured, names, place));
    if (known !== undefined) return name === undefined ? known : { ...known, name };
    const chainId = freeIds.next().value ?? FIRST_CHAIN_ID + place;
    return newChain(name ?? spare[place - configured.length] ?? `chain-${chainId}`, chainId);
  });
  if (new Set(chains.map(({ name }) => name)).size !== chains.length)
    throw pluginError(`--names has a name twice: ${names?.join(", ") ?? ""}; use another name for each chain`);
  return chains;
}

/** A chain with every default. */
function newChain(name: string, chainId: number): HyperchainConfig {
  const [chain] = resolveHyperchains({ chains: { [name]: { chainId } } }).chains;
  if (chain === undefined) throw new RangeError(`no chain ${name}`);
  return chain;
}

/** A new name takes the place of a configured chain that no other name claims. */
function unnamed(
  configured: readonly HyperchainConfig[],
  names: readonly string[] | undefined,
  place: number,
): HyperchainConfig | undefined {
  const chain = configured[place];
  return chain === undefined || names?.includes(chain.name) ? undefined : chain;
}
