import * as v from "valibot";
import { chainOption } from "./field.ts";
import { fields, named, option, trueOrFalse, wholeBigint, withDefault, type DeepReadonly } from "./values.ts";

const ETHER = 10n ** 18n;
/** More coins than any layer has. */
const MAX_WEI = 2n ** 96n;

const SOURCES =
  "an object with one entry for each chain, such as { alpha: { minStakeWei: 10n ** 18n, maxAtRiskWei: 10n ** 18n } }";
const source = v.pipe(v.string(), v.nonEmpty(), v.metadata({ wanted: "a name of a chain" }));

const terms = v.pipe(
  fields({
    minStakeWei: v.pipe(
      wholeBigint(1n, MAX_WEI, ETHER),
      v.description(
        "least stake of the validators that sign a promise, for this pair of chains; in an ecosystem they deposit as much",
      ),
    ),
    maxAtRiskWei: v.pipe(
      wholeBigint(0n, MAX_WEI, ETHER),
      v.description("most coins of L1 in promised batches that L1 has not executed"),
    ),
    anyMessage: withDefault(
      trueOrFalse,
      "whether it also takes calls, lists and other assets by a promise, whose value is not counted",
      false,
    ),
  }),
  v.metadata({ name: "HyperchainInstantTermsUserConfig" }),
);

const instant = v.pipe(
  fields({
    from: v.pipe(named(source, terms, SOURCES), v.description("chains whose promises it takes, by name, and on which terms")),
  }),
  v.metadata({ name: "HyperchainInstantUserConfig" }),
);

/** Promises that a chain takes. */
type InstantOption = DeepReadonly<v.InferOutput<typeof instant>>;
/** Terms for promises of one chain. */
export type InstantTerms = InstantOption["from"][string];

/** Promises of validators of other chains, which stake answers for. */
export const INSTANT = {
  instant: chainOption({
    group: "settlement",
    said: "each start",
    config: option(
      instant,
      "promises of other chains' validators, backed by stake: their batches' messages arrive before L1 has the batches",
      "it takes no promises",
    ),
  }),
} as const;
