import * as v from "valibot";
import type { Closed } from "../chain/rpc/guarded-methods.ts";
import type { BatchPolicy } from "../chain/sequencer/policies.ts";
import {
  batchAgeMs,
  batchTransactions,
  blockIntervalMs,
  CHAIN_FIELDS,
  DEFAULT_MAX_INSTRUCTIONS,
  DEFAULT_KEPT_PROOFS,
  execution,
  keptProofs,
  MAX_CHAIN_ID,
  maxInstructions,
  port,
} from "../options/chain.ts";
import { bridgeProblems } from "../options/bridges.ts";
import {
  confirmations,
  ECOSYSTEM_FIELDS,
  fleet,
  l1Fork,
  minRewardPercent,
  pollIntervalMs,
  proverMode,
  proverWorkers,
} from "../options/ecosystem.ts";
import { check, optionName, said } from "../options/problems.ts";
import type { OptionPath, OptionProblem } from "../options/problems.ts";
import { conflicts } from "../options/rules.ts";
import type { RuledChain } from "../options/rules.ts";
import {
  fields,
  list,
  must,
  option,
  privateKey,
  text,
  trueOrFalse,
  url,
  wholeBigint,
  wholeNumber,
  withDefault,
} from "../options/values.ts";
import { ETH_BASE_TOKEN } from "../protocol/base-token.ts";
import type { FirstState } from "./chains/first-state.ts";
import type { DeployedEcosystem } from "./l1/deploy-ecosystem.ts";
import { HyperchainError } from "../errors/hyperchain-error.ts";

/** The bridge's limit of what a chain has, in wei. */
const MOST_WEI = 2n ** 126n;
const wei = wholeBigint(0n, MOST_WEI, 10n ** 18n);
/** BIP-44's numbers. */
const accountNumber = wholeNumber(0, 2 ** 31 - 1, 1);

/** What must be known of contracts to create chains with them. */
export type DeployedContracts = Pick<DeployedEcosystem, "addresses" | "version" | "noProofVersion" | "fromBlock">;

const l1Schema = fields({
  port: option(port, "of the in-process L1", "any free port"),
  url: option(url, "an L1 that runs already; only Ethereum's own methods are used", "an L1 is started in this process"),
  fork: option(l1Fork, "an L1 that the one in this process is a copy of", "it is empty"),
  deployerKey: option(
    privateKey,
    "pays for everything on the L1 at `url`; the keys of operators, relayer and funded accounts then follow from it",
    "the development accounts",
  ),
  operatorFundingWei: option(
    wei,
    "what an operator that has less than a third of it gets from the deployer",
    "10 ETH, or 0.1 ETH with a deployerKey",
  ),
  deployed: option(
    v.custom<DeployedContracts>((value) => typeof value === "object" && value !== null, must("what deployEcosystem returned")),
    "contracts that stand at `url` already",
    "new ones",
  ),
  confirmations: option(confirmations, "L1 blocks that must stand on something before it counts, its own included", "1"),
});

const blockTransactions = wholeNumber(1, 1_000_000, 1_000);
const blocks = v.variant(
  "type",
  [
    v.strictObject({ type: v.literal("instant"), maxTransactions: v.exactOptional(blockTransactions) }),
    v.strictObject({ type: v.literal("interval"), intervalMs: blockIntervalMs, maxTransactions: blockTransactions }),
  ],
  must('{ type: "instant" } or { type: "interval", intervalMs: 1000, maxTransactions: 1000 }'),
);

const chainSchema = fields({
  chainId: wholeBigint(1n, BigInt(MAX_CHAIN_ID), 271n),
  name: option(text(/\S/, "a name"), "its name", "`chain-` and the chain id"),
  port: withDefault(port, "where it is served; 0 for any free port", 0),
  blocks: withDefault(blocks, "when blocks are made", { type: "instant" }),
  batches: withDefault(
    fields({
      maxAgeMs: option(batchAgeMs, "age at which a batch is sealed", "never"),
      maxTransactions: option(batchTransactions, "transactions at which a batch is sealed", "no limit"),
    }),
    "when batches are sealed beside their limits",
    {},
  ),
  ...CHAIN_FIELDS,
  maxInstructions: withDefault(
    maxInstructions,
    "that a transaction may run; the engine remembers each, in some 800 bytes",
    DEFAULT_MAX_INSTRUCTIONS,
  ),
});

const proverSchema = fields({
  mode: proverMode,
  execution: withDefault(execution, "whether chains that say nothing have the execution of their batches proven", "trusted"),
  keptProofs: withDefault(keptProofs, "proofs of execution that each chain keeps, of its newest batches", DEFAULT_KEPT_PROOFS),
  workers: option(proverWorkers, "threads", "all cores"),
  fleet: option(fleet, "where workers may join", "this process alone proves"),
});

const devnetSchema = fields({
  ...ECOSYSTEM_FIELDS,
  chains: v.pipe(
    v.array(chainSchema, must("a list of chains")),
    v.minLength(1, "is empty; name at least one chain"),
    v.description("each gets an operator of its own, in this order"),
  ),
  chainDefaults: withDefault(
    fields({
      batchAgeMs: option(batchAgeMs, "age at which a batch is sealed", "never"),
      maxInstructions: option(maxInstructions, "that one transaction may run", String(DEFAULT_MAX_INSTRUCTIONS)),
    }),
    "what chains that are added while it runs have where their descriptions say nothing",
    {},
  ),
  l1: withDefault(l1Schema, "where the settlement layer is", {}),
  inBackground: withDefault(
    trueOrFalse,
    "whether the process may end while they are served: then the ecosystem need not be closed",
    false,
  ),
  fundedAccounts: v.pipe(
    list(accountNumber, "a list of account numbers"),
    v.description("accounts that get `fundingWei` on each chain through its priority queue"),
  ),
  fundingWei: v.pipe(wei, v.description("smallest units of each chain's base token")),
  unlocked: option(
    trueOrFalse,
    "whether chains sign for these accounts, for every client that reaches them",
    "true beside an L1 in this process, served to this machine alone",
  ),
  singletons: withDefault(
    trueOrFalse,
    "whether the chains, and the L1 that is started, have the public's singletons (SINGLETONS) from the start",
    false,
  ),
  allowUnlimitedContractSize: withDefault(
    trueOrFalse,
    "whether contracts on the chains may have code of any size; written into each chain's first state",
    false,
  ),
  distinctTimestamps: withDefault(
    trueOrFalse,
    "whether each block of users is at least a second later than the block before it, as in Hardhat's networks: the ecosystem's time is put forward for it; only beside an L1 in this process",
    false,
  ),
  prover: withDefault(proverSchema, "none: nothing is proven, and the chains' protocol version says so on L1", { mode: "stark" }),
  pollIntervalMs: option(pollIntervalMs, "how often chains and the relayer look at L1", "when they are told to"),
  relayerPolicy: withDefault(
    fields({
      minRewardPercent: option(
        minRewardPercent,
        "least reward of a delivery, in percent of what its gas costs",
        "0; 100 on a chain on which others settle",
      ),
      reserveWei: option(wei, "what deliveries at a loss must leave in the relayer's account", "0.001 ETH"),
    }),
    "what the ecosystem's relayer delivers at which reward",
    {},
  ),
});

/** A value that is only read. */
type Given<T> = T extends readonly (infer Each)[]
  ? readonly Given<Each>[]
  : T extends object
    ? { readonly [Field in keyof T]: Given<T[Field]> }
    : T;

/** What an ecosystem is to be. Everything that is absent has a default that works on a developer's machine. */
export type DevnetOptions = Given<v.InferInput<typeof devnetSchema>>;
export type DevnetChainOptions = Given<v.InferInput<typeof chainSchema>>;
export type L1Options = Given<v.InferInput<typeof l1Schema>>;
export type ProverOptions = Given<v.InferInput<typeof proverSchema>>;
/** The same, with every default in place. */
export type CompleteOptions = Given<v.InferOutput<typeof devnetSchema>>;
type ChainOptions = CompleteOptions["chains"][number];
/** How many of how many must sign. */
export type SignerCount = NonNullable<ChainOptions["quorum"]>;
/** An ERC-20 on L1, by its address, or one that is to be deployed, all of it the deployer's. */
export type BaseTokenOption = NonNullable<ChainOptions["baseToken"]>;

/** A chain's options with every default in place. */
export interface ChainPlan extends Omit<ChainOptions, "name" | "batches" | "baseToken" | "cheats" | "prover">, FirstState {
  /** In the list of chains. */
  readonly place: number;
  readonly name: string;
  readonly batches: BatchPolicy;
  readonly baseToken: BaseTokenOption;
  readonly cheats: boolean;
  /** Whether batches get proofs of their execution. A chain that was added before there were any says nothing. */
  readonly execution?: "proven" | "trusted";
  readonly distinctTimestamps: boolean;
}

/** An option that cannot work; the message names the field and what to do. */
export class DevnetOptionsError extends HyperchainError<"BadOptions"> {
  override readonly name = "DevnetOptionsError";
}

const LOOPBACK = "127.0.0.1";
/** Only processes of this machine reach them. */
const LOOPBACK_HOSTS: readonly string[] = [LOOPBACK, "localhost", "::1"];

/** The options with every default in place. Throws DevnetOptionsError for the first that cannot work. */
export function completeOptions(options: DevnetOptions): CompleteOptions {
  const checked = check(devnetSchema, options);
  if ("problems" in checked) throw optionsError(checked.problems);
  const { chains, l1, prover, data, unlocked = false } = checked.value;
  const problems = [
    ...l1Problems(l1),
    ...bridgeProblems(checked.value.bridges, chains.map(named), l1),
    ...conflicts(
      chains.map((chain, place) => ruledChain(chain, ["chains", place])),
      { l1, l1Path: ["l1"], prover, data },
    ),
  ];
  if (unlocked && l1.deployerKey !== undefined)
    problems.push({
      path: ["unlocked"],
      message: "the accounts follow from l1.deployerKey, so their keys are secret; leave one of the two out",
    });
  if (problems.length > 0) throw optionsError(problems);
  return checked.value;
}

/** The chains that the options mean. */
export function planChains(options: CompleteOptions): readonly ChainPlan[] {
  return options.chains.map((chain, place) => planChain(chain, place, options));
}

/**
 * A chain that comes to others, at a place that none of them had. Throws DevnetOptionsError for the first option that cannot work
 * beside theirs.
 */
export function planAddedChain(
  chain: DevnetChainOptions,
  place: number,
  others: readonly ChainPlan[],
  options: CompleteOptions,
): ChainPlan {
  const checked = check(chainSchema, chain);
  if ("problems" in checked) throw optionsError(checked.problems);
  const ruled = [...others.map((other) => ruledChain(other, ["chains", other.place])), ruledChain(checked.value, [])];
  const problems = conflicts(ruled, { ...options, l1Path: ["l1"] }).filter(({ path }) => path[0] !== "chains");
  if (problems.length > 0) throw optionsError(problems);
  return planChain(checked.value, place, options);
}

function planChain({ prover, ...chain }: ChainOptions, place: number, options: CompleteOptions): ChainPlan {
  const { l1, singletons, allowUnlimitedContractSize } = options;
  return {
    ...chain,
    place,
    execution: prover.execution ?? options.prover.execution,
    name: nameOf(chain),
    batches: { maxAgeMs: chain.batches.maxAgeMs, maxTransactions: chain.batches.maxTransactions },
    baseToken: chain.baseToken ?? ETH_BASE_TOKEN,
    cheats: chain.cheats ?? isForThisMachine(options),
    singletons,
    allowUnlimitedContractSize,
    distinctTimestamps: options.distinctTimestamps && l1.url === undefined,
  };
}

/** Whether the ecosystem ends with this process, and only this machine reaches it. */
export function isForThisMachine({ l1, host }: Pick<CompleteOptions, "l1" | "host">): boolean {
  return l1.url === undefined && LOOPBACK_HOSTS.includes(host);
}

/** What clients outside may not do, and why. */
export function closedToOthers(options: Pick<CompleteOptions, "development" | "reseal" | "l1" | "host">): Closed {
  const { development, reseal = development, l1, host } = options;
  const open = LOOPBACK_HOSTS.includes(host) ? [] : [`the ecosystem is served on ${host}`];
  const asked = development === false ? ["its options say so"] : [];
  const elsewhere = l1.url === undefined ? [] : ["its L1 runs elsewhere"];
  const told = (reasons: readonly string[]): string | undefined => (reasons.length === 0 ? undefined : reasons.join(" and "));
  const [all, others] = [told([...open, ...elsewhere, ...asked]), told([...open, ...asked])];
  const again = reseal === false && development !== false ? "its options say so" : told([...open, ...elsewhere, ...asked]);
  return {
    ...(development === true || all === undefined ? {} : { development: all }),
    ...(development === true || others === undefined ? {} : { driving: others }),
    ...(reseal === true || again === undefined ? {} : { reseal: again }),
  };
}

function optionsError([first]: readonly OptionProblem[]): DevnetOptionsError {
  return new DevnetOptionsError("BadOptions", first === undefined ? "" : said(optionName(first.path), first));
}

function named(chain: { readonly name?: string | undefined; readonly chainId: bigint }): { name: string; chainId: bigint } {
  return { name: nameOf(chain), chainId: chain.chainId };
}

function nameOf({ name, chainId }: { readonly name?: string | undefined; readonly chainId: bigint }): string {
  return name ?? `chain-${chainId}`;
}

/** What the rules between options read of a chain that is asked for, or runs. */
interface RuledOptions extends Omit<RuledChain, "path" | "name" | "maxAgeMs"> {
  readonly name?: string | undefined;
  readonly chainId: bigint;
  readonly batches: { readonly maxAgeMs?: number | undefined };
}

function ruledChain(chain: RuledOptions, path: OptionPath): RuledChain {
  return { ...chain, path, name: nameOf(chain), maxAgeMs: chain.batches.maxAgeMs };
}

/** What concerns an L1 at a URL only. */
function l1Problems({ url: l1Url, deployerKey, deployed }: CompleteOptions["l1"]): OptionProblem[] {
  if (l1Url !== undefined) return [];
  const problems: OptionProblem[] = [];
  if (deployerKey !== undefined)
    problems.push({
      path: ["l1", "deployerKey"],
      message: "is for an L1 at l1.url; the one in this process has the development accounts",
    });
  if (deployed !== undefined)
    problems.push({
      path: ["l1", "deployed"],
      message: "is for an L1 at l1.url; on the one in this process there is nothing yet",
    });
  return problems;
}
