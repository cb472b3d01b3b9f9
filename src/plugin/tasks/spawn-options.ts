import { FIRST_CHAIN_ID } from "../../options/chain.ts";
import { DEFAULT_L1_PORT, DEFAULT_PAGE_PORT } from "../../options/config.ts";
import { SPAWN_FLAGS } from "../../options/spawn-flags.ts";
import type { SpawnFlag } from "../../options/spawn-flags.ts";
import type { HyperchainConfig, HyperchainsConfig } from "../../types.ts";
import { resolveHyperchains } from "../config/resolve.ts";
import { pluginError } from "../plugin-error.ts";
import { readList, readNumber, readOption } from "./arguments.ts";

/** Names of chains where nothing is configured. */
const DEFAULT_CHAIN_NAMES = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"] as const;

/** The options of `hyperchain:spawn` as they are typed; each one that is given comes before the config. */
export interface SpawnArguments extends Readonly<Record<SpawnFlag, string | undefined>> {
  readonly noRelayer: boolean;
  readonly noPage: boolean;
  /** Go on in the background. */
  readonly detach: boolean;
  /** The same, and return only when the ecosystem is ready. */
  readonly wait: boolean;
  readonly json: boolean;
}

/** The config with what the command line says. Throws a plugin error for what cannot be. */
export function spawnConfig(config: HyperchainsConfig, args: SpawnArguments): HyperchainsConfig {
  const chains = chosenChains(config.chains, args);
  const port = readNumber("port", args.port, SPAWN_FLAGS.port) ?? config.l1.port ?? DEFAULT_L1_PORT;
  const availability = readList("da", args.da, SPAWN_FLAGS.da);
  if (availability !== undefined && availability.length !== 1 && availability.length !== chains.length) {
    throw pluginError(`--da has ${availability.length} values for ${chains.length} chains; give one for all, or one per chain`);
  }
  const blockMs = readNumber("blockMs", args.blockMs, SPAWN_FLAGS.blockMs);
  const batchMs = readNumber("batchMs", args.batchMs, SPAWN_FLAGS.batchMs);
  const maxTransactions = readNumber("batchTransactions", args.batchTransactions, SPAWN_FLAGS.batchTransactions);
  const settlementUrl = readOption("settlementUrl", args.settlementUrl, SPAWN_FLAGS.settlementUrl) ?? config.l1.url;
  const { confirmations } = config.l1;
  const fork = chosenFork(config.l1.fork, args);
  // No field of the config stands for it.
  readOption("load", args.load, SPAWN_FLAGS.load);
  const ports = chainPorts(port, chains);
  return {
    ...config,
    data: readOption("data", args.data, SPAWN_FLAGS.data) ?? config.data,
    host: readOption("host", args.host, SPAWN_FLAGS.host) ?? config.host,
    l1: {
      ...(settlementUrl === undefined ? { port } : { url: settlementUrl }),
      confirmations,
      ...(fork === undefined ? {} : { fork }),
    },
    chains: chains.map((chain, place): HyperchainConfig => ({
      ...chain,
      port: ports[place] ?? 0,
      dataAvailability: availability?.[place] ?? availability?.[0] ?? chain.dataAvailability,
      blocks: blockMs === undefined ? chain.blocks : blockMs === 0 ? "instant" : blockMs,
      batches: {
        maxAgeMs: batchMs === undefined ? chain.batches.maxAgeMs : batchMs === 0 ? null : batchMs,
        maxTransactions: maxTransactions ?? chain.batches.maxTransactions,
      },
    })),
    prover: {
      mode: readOption("prover", args.prover, SPAWN_FLAGS.prover) ?? config.prover.mode,
      execution: readOption("execution", args.execution, SPAWN_FLAGS.execution) ?? config.prover.execution,
      keptProofs: config.prover.keptProofs,
      workers: readNumber("proverWorkers", args.proverWorkers, SPAWN_FLAGS.proverWorkers) ?? config.prover.workers,
      fleet: config.prover.fleet,
    },
    relayer: config.relayer && !args.noRelayer,
    page: {
      served: config.page.served && !args.noPage,
      port:
        readNumber("pagePort", args.pagePort, SPAWN_FLAGS.pagePort) ?? config.page.port ?? (port === 0 ? 0 : DEFAULT_PAGE_PORT),
    },
  };
}

/** Of what the L1 is a copy. A block alone is one of the L1 that the config names. */
function chosenFork(configured: HyperchainsConfig["l1"]["fork"], args: SpawnArguments): HyperchainsConfig["l1"]["fork"] {
  const url = readOption("fork", args.fork, SPAWN_FLAGS.fork);
  const blockNumber = readNumber("forkBlock", args.forkBlock, SPAWN_FLAGS.forkBlock);
  const of = url ?? configured?.url;
  if (of === undefined) {
    if (blockNumber === undefined) return undefined;
    throw pluginError("--fork-block is a block of the L1 that --fork names; give both");
  }
  return { url: of, blockNumber: blockNumber ?? (url === undefined ? configured?.blockNumber : undefined) };
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
function chosenChains(configured: readonly HyperchainConfig[], args: SpawnArguments): readonly HyperchainConfig[] {
  const names = readList("names", args.names, SPAWN_FLAGS.names);
  const count = readNumber("chains", args.chains, SPAWN_FLAGS.chains) ?? names?.length ?? configured.length;
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
    throw pluginError(`--names has a name twice: ${names?.join(", ") ?? ""}`);
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
