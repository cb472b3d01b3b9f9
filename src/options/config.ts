import * as v from "valibot";
import {
  batchAgeMs,
  batchTransactions,
  blockIntervalMs,
  CHAIN_FIELDS,
  DEFAULT_BATCH_AGE_MS,
  DEFAULT_KEPT_PROOFS,
  DEFAULT_MAX_INSTRUCTIONS,
  execution,
  FIRST_CHAIN_ID,
  keptProofs,
  MAX_CHAIN_ID,
  maxInstructions,
  MOST_BATCH_AGE_MS,
  MOST_BLOCK_MS,
  port,
} from "./chain.ts";
import {
  confirmations,
  ECOSYSTEM_FIELDS,
  fleet,
  l1Fork,
  minRewardPercent,
  pollIntervalMs,
  proverMode,
  proverWorkers,
} from "./ecosystem.ts";
import { amount, fields, must, named, option, trueOrFalse, url, wholeNumber, withDefault } from "./values.ts";

/** Where L1 is served, and where an ecosystem is looked for. */
export const DEFAULT_L1_PORT = 8545;
/** Each starts an engine of its own. */
export const MAX_CHAINS = 32;
/** As many as Hardhat's node has; operators follow. */
const HIGHEST_FUNDED = 20;
/** For each account: all of them together have less than the bridge's limit for a chain, 2^126 wei. */
const MAX_BALANCE_ETH = 10n ** 15n;

const BLOCKS = `"instant" or milliseconds between blocks, from 1 to ${MOST_BLOCK_MS}, such as 1000`;
const blocks = v.pipe(
  v.custom<"instant" | number>((value) => value === "instant" || v.is(blockIntervalMs, value), must(BLOCKS)),
  v.metadata({ wanted: BLOCKS, type: '"instant" | number' }),
);

const AGE = `a whole number from 1 to ${MOST_BATCH_AGE_MS}, such as 2000, or null for never`;
const ageOrNever = v.pipe(
  v.custom<number | null>((value) => value === null || v.is(batchAgeMs, value), must(AGE)),
  v.metadata({ wanted: AGE, type: "number | null" }),
);

const batches = v.pipe(
  fields({
    maxAgeMs: option(
      ageOrNever,
      "milliseconds after which a batch is sealed",
      `${DEFAULT_BATCH_AGE_MS} where it is spawned, never in tests`,
    ),
    maxTransactions: option(batchTransactions, "transactions at which a batch is sealed", "no limit"),
  }),
  v.metadata({ name: "HyperchainBatchesUserConfig" }),
);

const CHAIN_CONFIG = {
  chainId: option(
    wholeNumber(1, MAX_CHAIN_ID, FIRST_CHAIN_ID),
    "its id, which no other chain has",
    "271, 272, … in order; 2^32 + 271, … on the chain 271",
  ),
  port: option(port, "port at which `hyperchain:spawn` serves it; 0 for any free port", "the next after L1's"),
  blocks: withDefault(blocks, "a block as soon as a transaction waits, or one every so many milliseconds", "instant"),
  batches: withDefault(batches, "when batches are sealed beside their limits", {}),
  ...CHAIN_FIELDS,
  maxInstructions: option(
    maxInstructions,
    "instructions that a transaction may run, below other chains at least 2000000; each is remembered in 800 bytes",
    `${DEFAULT_MAX_INSTRUCTIONS}; in tests 2^24, which is no limit`,
  ),
} as const;

/** A chain of the config; its name is its key there. */
export const chainConfig = v.pipe(fields(CHAIN_CONFIG), v.metadata({ name: "HyperchainUserConfig" }));

export const chainName = v.pipe(
  v.string(),
  // What `0x…@name` can hold, and never a number, which would be a chain id.
  v.check(
    (name) => /^[A-Za-z][A-Za-z0-9_-]*$/.test(name) && name.toLowerCase() !== "l1",
    ({ input }) => `"${input}" cannot name a chain; use letters, digits, - and _, starting with a letter, and not "l1"`,
  ),
);

/** A chain that is added while the ecosystem runs. */
export const addedChain = fields(
  { ...CHAIN_CONFIG, name: v.pipe(chainName, v.description("what it is called")) },
  'a chain, such as {"name":"gamma"}',
);

const CHAINS = "an object with one chain per name, such as { alpha: {}, beta: { chainId: 300 } }";
const count = ({ input }: { readonly input: object }): string =>
  `must have 1 to ${MAX_CHAINS} chains, has ${Object.keys(input).length}; leave "chains" out for two chains`;
const chains = v.pipe(named(chainName, chainConfig, CHAINS), v.minEntries(1, count), v.maxEntries(MAX_CHAINS, count));

const l1 = v.pipe(
  fields({
    port: option(
      port,
      "port at which `hyperchain:spawn` serves the L1 that it starts; 0 for any free port",
      String(DEFAULT_L1_PORT),
    ),
    url: option(
      url,
      "JSON-RPC URL of an L1 that runs already; HYPERCHAIN_PRIVATE_KEY may say which account pays there",
      "an L1 is started",
    ),
    fork: option(
      l1Fork,
      "an L1, a public one say, that the started one is a copy of, for `hyperchain:spawn`; in tests a network's own `forking` is",
      "the started one is empty",
    ),
    confirmations: option(confirmations, "L1 blocks that must stand on something before it counts, its own included", "1"),
  }),
  v.metadata({ name: "HyperchainsL1UserConfig" }),
);

const prover = v.pipe(
  fields({
    mode: withDefault(
      proverMode,
      'whether every batch has a validity proof; "none": **nothing is proven**, for tests that only need speed',
      "stark",
    ),
    execution: withDefault(
      execution,
      '"proven": batches get proofs of what their transactions did, which L1 does not check; not with `mode: "none"`',
      "trusted",
    ),
    keptProofs: withDefault(
      keptProofs,
      "proofs of execution that each chain keeps, of its newest batches; all where its validators ask for them",
      DEFAULT_KEPT_PROOFS,
    ),
    workers: option(proverWorkers, "threads of the prover", "all cores"),
    fleet: option(
      fleet,
      "workers of other processes and machines, which join by `hyperchain:prover`",
      "this process alone proves",
    ),
  }),
  v.metadata({ name: "HyperchainsProverUserConfig" }),
);

const accounts = v.pipe(
  fields({
    funded: withDefault(
      wholeNumber(0, HIGHEST_FUNDED, HIGHEST_FUNDED),
      "how many development accounts have ETH on every chain, beside the relayer's",
      HIGHEST_FUNDED,
    ),
    balance: option(
      amount(`an amount of ETH in quotes, at most "${MAX_BALANCE_ETH}", such as "100"`, MAX_BALANCE_ETH),
      "what each of them gets on each chain, in ETH",
      '"10000"; "100" beside an L1 at a URL, whose deployer pays it',
    ),
    unlocked: option(
      trueOrFalse,
      "whether the chains sign for these accounts, for every client that reaches them",
      "true beside an own L1 that only this machine reaches",
    ),
  }),
  v.metadata({ name: "HyperchainsAccountsUserConfig" }),
);

const relayerPolicy = v.pipe(
  fields({
    minRewardPercent: option(
      minRewardPercent,
      "least reward of a delivery, in percent of what its gas costs",
      "0; 100 on a chain on which others settle",
    ),
    reserve: option(
      amount('an amount of ETH in quotes, such as "100"'),
      "what deliveries at a loss must leave in the relayer's account on a chain, in ETH",
      '"0.001"',
    ),
  }),
  v.metadata({ name: "HyperchainsRelayerPolicyUserConfig" }),
);

/** Where the page is served, unless the port is taken. */
export const DEFAULT_PAGE_PORT = 8600;

const page = v.pipe(
  fields({
    served: withDefault(trueOrFalse, "whether `hyperchain:spawn` serves a page that shows the ecosystem", true),
    port: option(
      port,
      "port at which it is served; another free port where this one is taken, and where it is 0",
      `${DEFAULT_PAGE_PORT}; any free port where L1's port is 0`,
    ),
  }),
  v.metadata({ name: "HyperchainsPageUserConfig" }),
);

/** `hyperchains` of hardhat.config.ts. */
export const configSchema = v.pipe(
  fields({
    ...ECOSYSTEM_FIELDS,
    url: option(url, "JSON-RPC URL of a running ecosystem, for tasks and networks", "the running one is found"),
    l1: withDefault(l1, "the settlement layer", {}),
    chains: withDefault(chains, "one entry per chain, by its name", { alpha: {}, beta: {} }),
    prover: withDefault(prover, "what checks batches", {}),
    accounts: withDefault(accounts, "development accounts that have money on every chain", {}),
    singletons: withDefault(
      trueOrFalse,
      "whether chains and the L1 that is started have the public's singletons (CREATE2 deployers, Multicall3, Permit2)",
      true,
    ),
    allowUnlimitedContractSize: withDefault(
      trueOrFalse,
      "whether contracts may have code of any size, as Hardhat's networks allow; written into each chain's first state",
      false,
    ),
    allowBlocksWithSameTimestamp: option(
      trueOrFalse,
      "whether blocks of users may repeat a second, which in Hardhat's networks they do not",
      "false in tests, true where it is spawned",
    ),
    pollIntervalMs: withDefault(pollIntervalMs, "how often chains and the relayer look at L1, in milliseconds", 100),
    relayerPolicy: withDefault(relayerPolicy, "which messages the relayer delivers", {}),
    page: withDefault(page, "the page to look at a spawned ecosystem", {}),
  }),
  v.metadata({ name: "HyperchainsUserConfig" }),
);
