import * as v from "valibot";
import { LONGEST_WAIT_MS } from "./data-policy.ts";
import { MAX_ID_ON_L1 } from "./identity.ts";
import { fields, option, text, wholeNumber, withDefault } from "./values.ts";

/** Porter of a chain: its id, and the storage of its data. */
export const partition = v.pipe(
  fields({
    chainId: v.pipe(
      wholeNumber(1, MAX_ID_ON_L1, 1271),
      v.description("second chain id, for which accounts of the porter sign; no other chain gets it"),
    ),
    guardians: option(
      text(/\S/, "the name of a network of guardians"),
      "network of guardians, by its name, that stores the porter's data; L1 gets them while it is silent",
      "none, and each batch has the porter's data on L1",
    ),
    afterMs: withDefault(
      wholeNumber(1, LONGEST_WAIT_MS, 2_000),
      "milliseconds of wall time after which silent guardians are not waited for",
      2_000,
    ),
  }),
  v.metadata({ name: "HyperchainPartitionUserConfig" }),
);
