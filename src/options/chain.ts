import * as v from "valibot";
import { DEFAULT_MAX_INSTRUCTIONS, LEAST_MAX_INSTRUCTIONS, MOST_MAX_INSTRUCTIONS } from "../chain/model/instruction-limits.ts";
import { TIME_LIMITS } from "./time-limits.ts";
import { address, fields, list, must, oneOf, option, text, trueOrFalse, wholeNumber, withDefault } from "./values.ts";

/** Id of the first chain that names none. */
export const FIRST_CHAIN_ID = 271;
/** The ids that an L1 gives out; the bits above number the chains on those (src/protocol/chain-ancestry.ts). */
export const MAX_ID_ON_L1 = 2 ** 32 - 1;
/** Of chains that settle on a chain. */
export const MAX_CHAIN_ID = 2 ** 52 - 1;
export const MOST_BLOCK_MS = 3_600_000;
export const MOST_BATCH_AGE_MS = 86_400_000;
/** Age at which a batch of a spawned chain is sealed where nothing else is said. */
export const DEFAULT_BATCH_AGE_MS = 2_000;
/** Each may be a process; the contract would take 64. */
const MAX_SIGNERS = 16;
/** A day. */
const MOST_PACE_SECONDS = 86_400;
/** A chain with so many batches that L1 has not executed seals no more. */
const MOST_WAITING_PROOFS = 8;
const MOST_GAS_PRICE_WEI = 10 ** 15;
const MOST_MARGIN_PERCENT = 1_000;
/** A plain transfer's. */
const MIN_BATCH_GAS = 21_000;
const MOST_BATCH_GAS = 10 ** 9;

export const port = wholeNumber(0, 65_535, 8545);
export const blockIntervalMs = wholeNumber(1, MOST_BLOCK_MS, 1_000);
export const batchAgeMs = wholeNumber(1, MOST_BATCH_AGE_MS, 2_000);
export const batchTransactions = wholeNumber(1, 100_000, 100);
export const dataAvailability = oneOf("rollup", "validium", "chain");
/** Whether batches come with proofs of what their transactions did. */
export const execution = oneOf("proven", "trusted");
/** Of the newest batches, whose proofs of execution a chain keeps: some megabytes each. */
export const keptProofs = wholeNumber(1, 1_000_000, 100);
export const DEFAULT_KEPT_PROOFS = 100;
const seconds = (field: keyof typeof TIME_LIMITS, example: number) =>
  wholeNumber(TIME_LIMITS[field].least, TIME_LIMITS[field].most, example);

const SIGNERS = { members: wholeNumber(1, MAX_SIGNERS, 3), threshold: wholeNumber(1, MAX_SIGNERS, 2) };
const BOTH = "both members and threshold, such as { members: 3, threshold: 2 }";
const unreachable = (members: number, threshold: number): string => `must be at most members (${members}); got ${threshold}`;
const WANTED_SIGNERS = `1 to ${MAX_SIGNERS} members, and a threshold of at most as many`;

const signers = v.pipe(
  fields(SIGNERS, BOTH),
  v.forward(
    v.check(
      ({ members, threshold }) => threshold <= members,
      ({ input: { members, threshold } }) => unreachable(members, threshold),
    ),
    ["threshold"],
  ),
  v.metadata({ wanted: `{ members, threshold }: ${WANTED_SIGNERS}` }),
);

const validators = v.pipe(
  fields(
    {
      ...SIGNERS,
      check: option(
        oneOf("execution", "proof"),
        'what each does before it signs: execute the batch again, or check its proof, with prover.execution "proven"',
        '"execution"',
      ),
    },
    BOTH,
  ),
  v.forward(
    v.check(
      ({ members, threshold }) => threshold <= members,
      ({ input: { members, threshold } }) => unreachable(members, threshold),
    ),
    ["threshold"],
  ),
  v.metadata({ name: "HyperchainQuorumUserConfig", wanted: `{ members, threshold }: ${WANTED_SIGNERS}` }),
);

const BASE_TOKEN = 'the address of an ERC-20 on L1, or { name: "Gold", symbol: "GLD" } for one that is deployed there';
const baseToken = v.pipe(
  v.union([address, fields({ name: text(/\S/, "text"), symbol: text(/\S/, "text") }, BASE_TOKEN)], must(BASE_TOKEN)),
  v.metadata({ wanted: BASE_TOKEN }),
);

const pace = v.pipe(
  fields({
    maxAgeSeconds: option(
      wholeNumber(1, MOST_PACE_SECONDS, 600),
      "age of the oldest proof that waits, in seconds since its batch's last block, at which all that wait go to L1",
      "they go as soon as they are made, or as maxBatches says",
    ),
    maxBatches: option(
      wholeNumber(1, MOST_WAITING_PROOFS, 4),
      "proofs that wait at which all of them go",
      `${MOST_WAITING_PROOFS}, where another field of the pace has them wait`,
    ),
    maxGasPriceWei: option(
      wholeNumber(1, MOST_GAS_PRICE_WEI, 20_000_000_000),
      "base fee of L1 above which they wait all the same, in wei",
      "no limit",
    ),
    atLatestSeconds: option(
      wholeNumber(1, MOST_PACE_SECONDS, 7_200),
      "age of the oldest at which all go whatever else is said; from maxAgeSeconds to exitDelaySeconds less 600 and a batch's age",
      "3600, or maxAgeSeconds where that is longer",
    ),
  }),
  v.metadata({ name: "HyperchainPaceUserConfig" }),
);

const chainProver = v.pipe(
  fields({
    execution: option(execution, "whether the execution of each of its batches is proven, behind the chain", "the ecosystem's"),
  }),
  v.metadata({ name: "HyperchainProverUserConfig" }),
);

const fees = v.pipe(
  fields({
    marginPercent: option(
      wholeNumber(0, MOST_MARGIN_PERCENT, 25),
      "added to the cost in what clients are told to pay, in percent; what pays less than the cost is refused",
      "25",
    ),
    batchGas: option(
      wholeNumber(MIN_BATCH_GAS, MOST_BATCH_GAS, 5_000_000),
      "gas of users among which a batch's cost is shared, at least: for what is missing in smaller batches the operator pays",
      "5,000,000",
    ),
    leastGasPriceWei: option(
      wholeNumber(0, MOST_GAS_PRICE_WEI, 1_000_000),
      "what clients are told to pay at least, in wei, also before L1 has executed a batch",
      "1,000,000",
    ),
  }),
  v.metadata({ name: "HyperchainFeesUserConfig" }),
);

/** Options that a chain has in the config and in `DevnetOptions` alike. */
export const CHAIN_FIELDS = {
  settlesOn: option(
    text(/\S/, "the name of a chain"),
    "chain of this ecosystem on which it settles, where its contracts are; that chain's batches carry its data to L1",
    "L1",
  ),
  baseToken: option(baseToken, "what pays for gas", "ETH"),
  dataAvailability: withDefault(
    dataAvailability,
    'whether its data gets to L1, is given to a committee, or, of a chain that settles on another, stays there ("chain")',
    "rollup",
  ),
  committee: option(
    signers,
    "of a validium: processes that execute every batch again and keep its data, and how many of them must sign",
    "one member, in this process",
  ),
  readers: option(
    list(address, "a list of addresses"),
    "of a validium: accounts that get sessions to read it by RPC, and to which the committee gives the data",
    "the chain's operator only",
  ),
  openReads: withDefault(
    trueOrFalse,
    "of a validium: whether every caller may read it by RPC, without a session; the committee asks its readers to sign either way",
    false,
  ),
  senders: option(
    list(address, "a list of addresses"),
    "accounts whose transactions and user operations the sequencer takes; L1's queue carries operations of every account",
    "every account",
  ),
  deployers: option(
    list(address, "a list of addresses"),
    "accounts that may create contracts: by transactions of their own, or, as contracts, for any sender",
    "every account",
  ),
  quorum: option(validators, "processes that check every batch, and how many of them must sign", "one member, in this process"),
  executionDelaySeconds: withDefault(
    seconds("executionDelaySeconds", 60),
    "seconds between a batch's commit and its execution on L1",
    0,
  ),
  priorityOpWindowSeconds: withDefault(
    seconds("priorityOpWindowSeconds", 3_600),
    "seconds in which the chain must take an operation of L1's queue; longer than a batch's age with L1's confirmations",
    3_600,
  ),
  exitDelaySeconds: withDefault(
    seconds("exitDelaySeconds", 86_400),
    "seconds after an operation's deadline and another window at which the exit opens; longer than window and execution delay",
    86_400,
  ),
  pace: withDefault(pace, "when proofs go to L1: by time, size or cost", {}),
  fees: option(
    fees,
    "has its gas price follow L1's and what its batches cost there; for chains whose gas ETH pays for",
    "any price is taken, and clients are told 1,000,000 wei",
  ),
  cheats: option(
    trueOrFalse,
    "whether clients may change its state at will; written into the chain's contract when it is created",
    "true beside an own L1 that only this machine reaches",
  ),
  prover: withDefault(chainProver, "what is proven of its batches, beside the ecosystem's", {}),
  journal: option(
    text(/\S/, "a path of a file"),
    "file in which settlement keeps its steps; a quorum's validators keep keys and signatures in files beside it",
    "in memory",
  ),
} as const;

/** Instructions that one transaction may run. */
export const maxInstructions = wholeNumber(LEAST_MAX_INSTRUCTIONS, MOST_MAX_INSTRUCTIONS, 4_000_000);
export { DEFAULT_MAX_INSTRUCTIONS };
