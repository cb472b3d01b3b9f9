import * as v from "valibot";
import { ONE_SEQUENCER, QUEUE_ALONE } from "../../../ground/protocol/sequencing-mode.ts";
import { address, fields, list, must, oneOf, option, wholeNumber, withDefault } from "./values.ts";
import { chainOption, ecosystemWide } from "./field.ts";
import { flag, orZero } from "./flag.ts";
import { MAX_GAS_PRICE_WEI } from "./settlement.ts";

const MOST_BLOCK_MS = 3_600_000;
const MOST_BATCH_AGE_MS = 86_400_000;
/** Age at which a batch of a spawned chain is sealed where nothing else is said. */
const SPAWNED_BATCH_AGE_MS = 2_000;
/** In a block of a chain that makes one every so often. */
const TRANSACTIONS_PER_BLOCK = 1_000;
const MOST_MARGIN_PERCENT = 1_000;
/** A plain transfer's. */
const MIN_BATCH_GAS = 21_000;
const MOST_BATCH_GAS = 10 ** 9;

const blockIntervalMs = wholeNumber(1, MOST_BLOCK_MS, 1_000);
const batchAgeMs = wholeNumber(1, MOST_BATCH_AGE_MS, 2_000);
const batchTransactions = wholeNumber(1, 100_000, 100);
const blockTransactions = wholeNumber(1, 1_000_000, 1_000);

const BLOCKS = `"instant" or milliseconds between blocks, from 1 to ${MOST_BLOCK_MS}, such as 1000`;
const blocks = v.pipe(
  v.custom<"instant" | number>((value) => value === "instant" || v.is(blockIntervalMs, value), must(BLOCKS)),
  v.metadata({ wanted: BLOCKS, type: '"instant" | number' }),
);
/** Code may bound a block's transactions too. */
const blockPolicy = v.union(
  [
    v.literal("instant"),
    blockIntervalMs,
    v.strictObject({ type: v.literal("instant"), maxTransactions: v.exactOptional(blockTransactions) }),
    v.strictObject({ type: v.literal("interval"), intervalMs: blockIntervalMs, maxTransactions: blockTransactions }),
  ],
  must(`${BLOCKS}, or { type: "instant" }, or { type: "interval", intervalMs: 1000, maxTransactions: 1000 }`),
);

/**
 * Block policy: as soon as a transaction waits (one transaction a block, or up to `maxTransactions`), or at a
 * fixed interval.
 */
type PlannedBlocks = Exclude<v.InferOutput<typeof blockPolicy>, string | number>;

const AGE = `a whole number from 1 to ${MOST_BATCH_AGE_MS}, such as 2000, or null for never`;
const ageOrNever = v.pipe(
  v.custom<number | null>((value) => value === null || v.is(batchAgeMs, value), must(AGE)),
  v.metadata({ wanted: AGE, type: "number | null" }),
);

/** f of 3f + 1 nodes may lie: with 4 or more, one may. */
const nodeCount = wholeNumber(4, 7, 4);
const SEQUENCING =
  '"single", "queue", { by: "bft", nodes: 4 to 7, processes }, or { by: "external", key: an address, peers: names }';
const sequencingType = (external: string): string =>
  [
    '"single" | "queue"',
    '{ readonly by: "bft"; readonly nodes: number; readonly processes?: boolean | undefined }',
    `{ readonly by: "external"; ${external} }`,
  ].join(" | ");
const peerNames = list(
  v.pipe(v.string(), v.nonEmpty(), v.metadata({ wanted: "a name of a chain" })),
  "a list of names of chains",
);
const sequencing = v.pipe(
  v.union(
    [
      oneOf("single", "queue"),
      v.strictObject({ by: oneOf("bft"), nodes: nodeCount, processes: v.optional(v.boolean()) }),
      v.strictObject({ by: oneOf("external"), key: address, peers: v.optional(peerNames, []) }),
    ],
    must(SEQUENCING),
  ),
  v.metadata({
    wanted: SEQUENCING,
    type: sequencingType("readonly key: string; readonly peers?: readonly string[] | undefined"),
    parsedType: sequencingType("readonly key: Hex; readonly peers: readonly string[]"),
  }),
);

const batches = v.pipe(
  fields({
    maxAgeMs: option(
      ageOrNever,
      "milliseconds from a batch's first content to its seal, which roots of other chains alone do not count as",
      `${SPAWNED_BATCH_AGE_MS} where it is spawned, never in tests`,
    ),
    maxTransactions: option(batchTransactions, "transactions at which a batch is sealed", "no limit"),
  }),
  v.metadata({ name: "HyperchainBatchesUserConfig" }),
);

/** Maximum price of a proof unit; each gas pays for six units. */
const MOST_UNIT_PRICE_WEI = MAX_GAS_PRICE_WEI / 10;

const fees = v.pipe(
  fields({
    marginPercent: option(
      wholeNumber(0, MOST_MARGIN_PERCENT, 25),
      "percentage that the suggested gas price adds to the cost; a transaction that pays less than the cost is refused",
      "25",
    ),
    batchGas: option(
      wholeNumber(MIN_BATCH_GAS, MOST_BATCH_GAS, 5_000_000),
      "gas of users among which a batch's cost is shared, at least: for what is missing in smaller batches the operator pays",
      "5,000,000",
    ),
    unitPriceWei: option(
      wholeNumber(0, MOST_UNIT_PRICE_WEI, 0),
      "what it costs to prove a unit, in wei; each gas pays for six of them, and what pays less is refused",
      "0",
    ),
    leastGasPriceWei: option(
      wholeNumber(0, MAX_GAS_PRICE_WEI, 1_000_000),
      "minimum of the suggested gas price, in wei, also before L1 has executed a batch",
      "1,000,000",
    ),
  }),
  v.metadata({ name: "HyperchainFeesUserConfig" }),
);

/** Rules and prices of transactions in blocks and batches. */
export const ORDERING = {
  blocks: chainOption({
    group: "ordering",
    said: "each start",
    config: withDefault(blocks, "a block as soon as a transaction waits, or one after each interval in milliseconds", "instant"),
    devnet: v.optional(blockPolicy, "instant"),
    planned(value): PlannedBlocks {
      if (typeof value === "object") return value;
      if (value === "instant") return { type: "instant" };
      return { type: "interval", intervalMs: value, maxTransactions: TRANSACTIONS_PER_BLOCK };
    },
    flags: {
      blockMs: flag(
        orZero(blockIntervalMs, `a whole number from 0 to ${MOST_BLOCK_MS}, such as 1000`),
        "milliseconds between blocks; 0 for a block as soon as a transaction waits",
        "0",
        { into: (given): "instant" | number => (given === 0 ? "instant" : given) },
      ),
    },
  }),
  batches: chainOption({
    group: "ordering",
    said: "each start",
    config: withDefault(batches, "when batches are sealed before they reach their limits", {}),
    // Undefined for no such limit.
    planned(
      { maxAgeMs, maxTransactions },
      { use },
    ): {
      readonly maxAgeMs: number | undefined;
      readonly maxTransactions: number | undefined;
    } {
      const untold = use === "spawn" ? SPAWNED_BATCH_AGE_MS : undefined;
      return { maxAgeMs: maxAgeMs === undefined ? untold : (maxAgeMs ?? undefined), maxTransactions };
    },
    flags: {
      batchMs: flag(
        orZero(batchAgeMs, `a whole number from 0 to ${MOST_BATCH_AGE_MS}, such as 2000`),
        "age at which a batch is sealed, in milliseconds; 0 for only on demand",
        String(SPAWNED_BATCH_AGE_MS),
        { part: "maxAgeMs", into: (given, said: object) => ({ ...said, maxAgeMs: given === 0 ? null : given }) },
      ),
      batchTransactions: flag(batchTransactions, "transactions at which a batch is sealed", "no limit", {
        part: "maxTransactions",
        into: (given, said: object) => ({ ...said, maxTransactions: given }),
      }),
    },
  }),
  sequencing: chainOption({
    group: "ordering",
    said: "once",
    config: withDefault(
      sequencing,
      '"queue": L1\'s queue makes the order; for execution "proven". "bft": nodes decide, and validate. "external": a key orders',
      "single",
    ),
    older: "single",
    onL1: (planned) => ({ sequencingMode: planned === "queue" ? QUEUE_ALONE : ONE_SEQUENCER }),
  }),
  transactionOrder: chainOption({
    group: "ordering",
    said: "each start",
    config: withDefault(
      oneOf("arrival", "fee", "encrypted"),
      '"fee": the highest price per gas first, so anyone can pay to overtake. "encrypted": nodes ("bft") open envelopes',
      "arrival",
    ),
  }),
  senders: chainOption({
    group: "ordering",
    said: "each start",
    config: option(
      list(address, "a list of addresses"),
      "accounts whose transactions and user operations the sequencer takes; L1's queue carries operations of every account",
      "every account",
    ),
  }),
  deployers: chainOption({
    group: "ordering",
    said: "each start",
    config: option(
      list(address, "a list of addresses"),
      "accounts that may create contracts: by direct transactions, or, as contracts, for any sender",
      "every account",
    ),
  }),
  fees: chainOption({
    group: "ordering",
    said: "each start",
    config: option(
      fees,
      "has its gas price follow L1's and what its batches cost there; for chains whose gas ETH pays for",
      "any price is accepted; the suggested price is 1,000,000 wei",
    ),
  }),
  /** True if its state has the facts of each batch, which programs of a hub read. */
  servesFacts: ecosystemWide({ group: "ordering", said: "once", older: false, planned: ({ isInHub }) => isInHub }),
  /** True if each block of users is at least a second later than the preceding block. */
  distinctTimestamps: ecosystemWide({
    group: "ordering",
    said: "once",
    planned: ({ distinctTimestamps }) => distinctTimestamps,
  }),
} as const;
