import * as v from "valibot";
import { must, option, text, wholeBigint, wholeNumber } from "./values.ts";
import { chainOption } from "./field.ts";

/** Id of the first chain that names none. */
export const FIRST_CHAIN_ID = 271;
/** The ids that an L1 gives out; the bits above number the chains on those (src/ground/protocol/chain-ancestry.ts). */
export const MAX_ID_ON_L1 = 2 ** 32 - 1;
/** Highest id of a chain that settles on another chain. */
export const MAX_CHAIN_ID = 2 ** 52 - 1;

const inConfig = wholeNumber(1, MAX_CHAIN_ID, FIRST_CHAIN_ID);
const inCode = wholeBigint(1n, BigInt(MAX_CHAIN_ID), BigInt(FIRST_CHAIN_ID));
/** Code may say it either way. */
const either = v.custom<bigint | number>(
  (value) => v.is(typeof value === "number" ? inConfig : inCode, value),
  (issue) => must(typeof issue.input === "number" ? inConfigWanted : inCodeWanted)(issue),
);
const wantedOf = (schema: v.GenericSchema): string => (v.getMetadata(schema) as { readonly wanted: string }).wanted;
const [inConfigWanted, inCodeWanted] = [wantedOf(inConfig), wantedOf(inCode)];

/** Options that identify a chain. */
export const IDENTITY = {
  chainId: chainOption({
    group: undefined,
    said: "once",
    config: option(inConfig, "its id, which no other chain has", "271, 272, … in order; 2^32 + 271, … on the chain 271"),
    devnet: either,
    planned: (_said, { chainId }) => chainId,
  }),
  name: chainOption({
    group: undefined,
    said: "once",
    config: undefined,
    devnet: option(text(/\S/, "a name"), "its name", "`chain-` and the chain id"),
    planned: (value, { chainId }) => nameOf(value, chainId),
  }),
  settlesOn: chainOption({
    group: undefined,
    said: "once",
    config: option(
      text(/\S/, "the name of a chain"),
      "chain of this ecosystem on which it settles, where its contracts are; that chain's batches carry its data to L1",
      "L1",
    ),
  }),
} as const;

/** Name of a chain, or its default by the id. */
export function nameOf(value: string | undefined, chainId: bigint): string {
  return value ?? `chain-${chainId}`;
}
