import * as v from "valibot";
import {
  batchAgeMs,
  batchTransactions,
  blockIntervalMs,
  dataAvailability,
  DEFAULT_BATCH_AGE_MS,
  execution,
  MOST_BATCH_AGE_MS,
  MOST_BLOCK_MS,
  port,
} from "./chain.ts";
import { chainName, DEFAULT_L1_PORT, DEFAULT_PAGE_PORT, MAX_CHAINS } from "./config.ts";
import { file, folder, host, proverMode, proverWorkers } from "./ecosystem.ts";
import { list, must, option, url, wholeNumber } from "./values.ts";

/** A number that may also be 0, which has a meaning of its own. */
function orZero(number: ReturnType<typeof wholeNumber>, wanted: string) {
  return v.pipe(
    v.custom<number>((value) => value === 0 || v.is(number, value), must(wanted)),
    v.metadata({ wanted, type: "number" }),
  );
}

/** The options of `hyperchain:spawn`; those that stand for fields of the config come before it. */
export const SPAWN_FLAGS = {
  chains: option(wholeNumber(1, MAX_CHAINS, 2), "how many chains", "those of the config, else 2"),
  names: option(list(chainName, "names with commas: alpha,beta"), "the chains' names", "those of the config"),
  da: option(
    list(dataAvailability, "rollup, validium or chain, one for all chains or with commas"),
    "where the chains' data goes",
    "rollup",
  ),
  port: option(port, "port of L1, which the chains' follow; 0 for any free ports", String(DEFAULT_L1_PORT)),
  pagePort: option(
    port,
    "port of the page that shows the ecosystem; another free one where it is taken",
    `${DEFAULT_PAGE_PORT}; any free one where --port is 0`,
  ),
  host: option(host, "interface to listen on", "127.0.0.1"),
  blockMs: option(
    orZero(blockIntervalMs, `a whole number from 0 to ${MOST_BLOCK_MS}, such as 1000`),
    "milliseconds between blocks; 0 for a block as soon as a transaction waits",
    "0",
  ),
  batchMs: option(
    orZero(batchAgeMs, `a whole number from 0 to ${MOST_BATCH_AGE_MS}, such as 2000`),
    "age at which a batch is sealed, in milliseconds; 0 for only on demand",
    String(DEFAULT_BATCH_AGE_MS),
  ),
  batchTransactions: option(batchTransactions, "transactions at which a batch is sealed", "no limit"),
  prover: option(proverMode, "stark for a validity proof of each batch, none for tests in which NOTHING IS PROVEN", "stark"),
  execution: option(
    execution,
    "proven for proofs of what transactions did, of the chains of which the config says nothing; trusted for none",
    "that of the config, else trusted",
  ),
  proverWorkers: option(proverWorkers, "threads of the prover", "all cores"),
  data: option(folder, "folder that keeps the ecosystem: started again with it, it goes on where it ended", "memory alone"),
  load: option(
    file,
    "dump of an ecosystem, by hyperchain:dump, to go on with: in the folder that --data names, which keeps none yet",
    "none; without --data what follows ends with the process",
  ),
  fork: option(url, "JSON-RPC URL of an L1, a public one say, that the started L1 is a copy of", "the started L1 is empty"),
  forkBlock: option(
    wholeNumber(0, 1_000_000_000, 21_000_000),
    "the last block that the L1 of --fork and its copy both have",
    "64 blocks below the newest one, the newest one of a development chain",
  ),
  settlementUrl: option(
    url,
    "JSON-RPC URL of an existing L1, instead of starting one; HYPERCHAIN_PRIVATE_KEY says which account pays there",
    "an L1 is started",
  ),
} as const;

/** A flag of `hyperchain:spawn` that has a value. */
export type SpawnFlag = keyof typeof SPAWN_FLAGS;

/** `--block-ms`, as it is typed. */
export function flagName(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** What the help says of a flag. */
export function flagHelp(flag: SpawnFlag): string {
  const { wrapped } = SPAWN_FLAGS[flag];
  const doc = v.getDescription(wrapped) ?? "";
  const { byDefault } = v.getMetadata(wrapped) as { readonly byDefault: string };
  return `${doc.charAt(0).toUpperCase()}${doc.slice(1)} (default: ${byDefault})`;
}
