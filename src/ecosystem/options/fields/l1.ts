import * as v from "valibot";
import { fields, option, url, wholeNumber, withDefault } from "./values.ts";
import { configOption } from "./field.ts";
import { flag } from "./flag.ts";
import { port } from "./serving.ts";

/** Port of the L1 server, and port at which clients look up an ecosystem. */
export const DEFAULT_L1_PORT = 8545;
const blockNumber = wholeNumber(0, 1_000_000_000, 21_000_000);
export const confirmations = wholeNumber(1, 1_000, 1);
/** Two and a half minutes on Ethereum, whose reorgs are shorter unless many of its validators fail. */
export const SAFE_CONFIRMATIONS = 12;
/** Chains whose blocks are created and reverted on demand. */
const DEVELOPMENT_CHAINS: readonly bigint[] = [31_337n, 1_337n];
export const CONFIRMATIONS_DEFAULT = `${SAFE_CONFIRMATIONS}; 1 for the L1 that is started and a development chain (31337 or 1337)`;

/** Depth from which on the blocks of an L1 count that is given by its URL. */
export function safeConfirmations(chainId: bigint): number {
  return DEVELOPMENT_CHAINS.includes(chainId) ? 1 : SAFE_CONFIRMATIONS;
}

/** An L1 whose state and past the started one begins with. */
export const l1Fork = v.pipe(
  fields({
    url: v.pipe(url, v.description("JSON-RPC URL of the L1, which must answer for old state where the block is old")),
    blockNumber: option(
      blockNumber,
      "the last block that both have",
      "64 blocks below the newest one, the newest one of a development chain (31337 or 1337)",
    ),
  }),
  v.metadata({ name: "HyperchainsL1ForkUserConfig" }),
);

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
    confirmations: option(
      confirmations,
      "depth in L1 blocks at which a block is final, including the block itself",
      CONFIRMATIONS_DEFAULT,
    ),
  }),
  v.metadata({ name: "HyperchainsL1UserConfig" }),
);

/** The settlement layer. */
export const L1 = {
  l1: configOption(withDefault(l1, "the settlement layer", {}), {
    flags: {
      port: flag(port, "port of L1, which the chains' follow; 0 for any free ports", String(DEFAULT_L1_PORT), {
        part: "port",
        into: (given, said: object) => ({ ...said, port: given }),
      }),
      fork: flag(url, "JSON-RPC URL of an L1, a public one say, that the started L1 is a copy of", "the started L1 is empty", {
        part: "fork",
        into: (given, said: object) => ({ ...said, fork: { url: given, blockNumber: undefined } }),
      }),
      forkBlock: flag(
        blockNumber,
        "the last block that the L1 of --fork and its copy both have",
        "64 blocks below the newest one, the newest one of a development chain",
        {
          part: "fork.blockNumber",
          into: (given, said: { readonly fork?: object }) => ({ ...said, fork: { ...said.fork, blockNumber: given } }),
        },
      ),
      settlementUrl: flag(
        url,
        "JSON-RPC URL of an existing L1, instead of starting one; HYPERCHAIN_PRIVATE_KEY says which account pays there",
        "an L1 is started",
        { part: "url", into: (given, said: object) => ({ ...said, url: given }) },
      ),
    },
  }),
} as const;
