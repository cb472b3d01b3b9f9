import * as v from "valibot";
import { CHAIN_IN_CONFIG } from "./chain.ts";
import { chainName } from "./chain-name.ts";
import { ECOSYSTEM_OPTIONS } from "./ecosystem.ts";
import { entriesOf } from "./fields/field.ts";
import { fields, named, withDefault } from "./fields/values.ts";

/** Maximum number of chains, because each starts an engine. */
export const MAX_CHAINS = 32;

/** A chain of the config; its name is its key there. */
const chainConfig = v.pipe(fields(CHAIN_IN_CONFIG), v.metadata({ name: "HyperchainUserConfig" }));

const CHAINS = "an object with one chain per name, such as { alpha: {}, beta: { chainId: 300 } }";
const count = ({ input }: { readonly input: object }): string =>
  `must have 1 to ${MAX_CHAINS} chains, has ${Object.keys(input).length}; leave "chains" out for two chains`;
const chains = v.pipe(named(chainName, chainConfig, CHAINS), v.minEntries(1, count), v.maxEntries(MAX_CHAINS, count));

/** `hyperchains` of hardhat.config.ts. */
export const configSchema = v.pipe(
  fields({
    ...entriesOf(ECOSYSTEM_OPTIONS, "config"),
    chains: withDefault(chains, "one entry per chain, by its name", { alpha: {}, beta: {} }),
  }),
  v.metadata({ name: "HyperchainsUserConfig" }),
);
