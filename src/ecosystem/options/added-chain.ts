import * as v from "valibot";
import { CHAIN_IN_CONFIG } from "./chain.ts";
import { chainName } from "./chain-name.ts";
import { fields } from "./fields/values.ts";

/** A chain that is added while the ecosystem runs. */
export const addedChain = fields(
  { ...CHAIN_IN_CONFIG, name: v.pipe(chainName, v.description("what it is called")) },
  'a chain, such as {"name":"gamma"}',
);
