import { DEFAULT_CHAIN_NAMES, FIRST_CHAIN_ID, MAX_CHAINS } from "../config/resolve.ts";
import { validateHyperchains } from "../config/validate.ts";
import { DEFAULT_L1_PORT } from "../ports.ts";
import { pluginError } from "../plugin-error.ts";
import type { HyperchainConfig, HyperchainsConfig } from "../../types.ts";
import { list, oneOf, wholeNumber } from "./arguments.ts";

/** The options of `hyperchain:spawn` as they are typed; each one that is given comes before the config. */
export interface SpawnArguments {
  readonly chains: string | undefined;
  readonly names: string | undefined;
  readonly da: string | undefined;
  readonly port: string | undefined;
  readonly host: string | undefined;
  readonly blockMs: string | undefined;
  readonly batchMs: string | undefined;
  readonly batchTransactions: string | undefined;
  readonly prover: string | undefined;
  readonly proverWorkers: string | undefined;
  readonly settlementUrl: string | undefined;
  readonly noRelayer: boolean;
  readonly json: boolean;
}

const MAX_PORT = 65_535;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** The config with what the command line says. Throws a plugin error for what cannot be. */
export function spawnConfig(config: HyperchainsConfig, args: SpawnArguments): HyperchainsConfig {
  const chains = chosenChains(config.chains, args);
  const port = wholeNumber("port", args.port, 0, MAX_PORT) ?? config.l1.port ?? DEFAULT_L1_PORT;
  const availability = list(args.da);
  if (availability !== undefined && availability.length !== 1 && availability.length !== chains.length) {
    throw pluginError(`--da has ${availability.length} values for ${chains.length} chains; give one for all, or one per chain`);
  }
  const blockMs = wholeNumber("block-ms", args.blockMs, 0, HOUR_MS);
  const batchMs = wholeNumber("batch-ms", args.batchMs, 0, DAY_MS);
  const batchTransactions = wholeNumber("batch-transactions", args.batchTransactions, 1, 100_000);
  const mode = oneOf("prover", args.prover, ["stark", "none"]) ?? config.prover.mode;
  const workers = wholeNumber("prover-workers", args.proverWorkers, 1, 64) ?? config.prover.workers;
  const { host = config.host, settlementUrl = config.l1.url } = args;
  if (settlementUrl !== undefined && !/^https?:\/\//.test(settlementUrl)) throw pluginError(`--settlement-url must be a URL such as http://127.0.0.1:8545, got '${settlementUrl}'`);
  const ports = chainPorts(port, chains);
  return {
    ...config,
    host,
    l1: { ...(settlementUrl === undefined ? { port } : { url: settlementUrl }), ...(config.l1.confirmations === undefined ? {} : { confirmations: config.l1.confirmations }) },
    chains: chains.map((chain, place): HyperchainConfig => {
      const dataAvailability = oneOf("da", availability?.[place] ?? availability?.[0], ["rollup", "validium"]);
      return {
        ...chain,
        port: ports[place] ?? 0,
        ...(dataAvailability === undefined ? {} : { dataAvailability }),
        ...(blockMs === undefined ? {} : { blocks: blockMs === 0 ? "instant" : blockMs }),
        batches: {
          ...chain.batches,
          ...(batchMs === undefined ? {} : { maxAgeMs: batchMs === 0 ? null : batchMs }),
          ...(batchTransactions === undefined ? {} : { maxTransactions: batchTransactions }),
        },
      };
    }),
    prover: workers === undefined ? { mode } : { mode, workers },
    relayer: config.relayer && !args.noRelayer,
  };
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
  const names = list(args.names);
  const count = wholeNumber("chains", args.chains, 1, MAX_CHAINS) ?? names?.length ?? configured.length;
  if (names !== undefined && names.length !== count) {
    throw pluginError(`--names has ${names.length} names and --chains says ${count}; give as many names as chains, or leave --chains out`);
  }
  const taken = new Set(configured.map(({ chainId }) => chainId));
  const free = function* (): Generator<number> {
    for (let chainId = FIRST_CHAIN_ID; ; chainId++) if (!taken.has(chainId)) yield chainId;
  };
  const freeIds = free();
  const spare = DEFAULT_CHAIN_NAMES.filter((name) => !configured.some((chain) => chain.name === name));
  const chains = Array.from({ length: count }, (_, place): HyperchainConfig => {
    const name = names?.[place];
    const known = name === undefined ? configured[place] : (configured.find((chain) => chain.name === name) ?? unnamed(configured, names, place));
    if (known !== undefined) return name === undefined ? known : { ...known, name };
    const chainId = freeIds.next().value ?? FIRST_CHAIN_ID + place;
    return { name: name ?? spare[place - configured.length] ?? `chain-${chainId}`, chainId };
  });
  const [error] = validateHyperchains({ chains: Object.fromEntries(chains.map(({ name, chainId }) => [name, { chainId }])) });
  if (error !== undefined) throw pluginError(`--names: ${error.message}`);
  if (new Set(chains.map(({ name }) => name)).size !== chains.length) throw pluginError(`--names has a name twice: ${names?.join(", ") ?? ""}`);
  return chains;
}

/** A new name takes the place of a configured chain that no other name claims. */
function unnamed(configured: readonly HyperchainConfig[], names: readonly string[] | undefined, place: number): HyperchainConfig | undefined {
  const chain = configured[place];
  return chain === undefined || names?.includes(chain.name) ? undefined : chain;
}
