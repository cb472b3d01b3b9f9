import * as v from "valibot";
import { amount, fields, option, trueOrFalse, wholeNumber, withDefault } from "./values.ts";
import { configOption, ecosystemOption } from "./field.ts";

export const minRewardPercent = wholeNumber(0, 1_000_000, 100);

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

/** Options of the relayer. */
export const RELAYER = {
  relayer: ecosystemOption(withDefault(trueOrFalse, "whether a relayer delivers messages automatically", true)),
  relayerPolicy: configOption(withDefault(relayerPolicy, "which messages the relayer delivers", {})),
} as const;
