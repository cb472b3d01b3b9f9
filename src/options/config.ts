import * as v from "valibot";
import { CHAIN_IN_CONFIG } from "./chain.ts";
import { ECOSYSTEM_OPTIONS } from "./ecosystem.ts";
import { entriesOf } from "./fields/field.ts";
import { fields, named, withDefault } from "./fields/values.ts";

/** Each starts an engine of its own. */
export const MAX_CHAINS = 32;

/** A chain of the config; its name is its key there. */
export const chainConfig = v.pipe(fields(CHAIN_IN_CONFIG), v.metadata({ name: "HyperchainUserConfig" }));

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
  { ...CHAIN_IN_CONFIG, name: v.pipe(chainName, v.description("what it is called")) },
  'a chain, such as {"name":"gamma"}',
);

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
