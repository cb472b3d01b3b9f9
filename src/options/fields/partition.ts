import * as v from "valibot";
import { MAX_ID_ON_L1 } from "./identity.ts";
import { fields, wholeNumber } from "./values.ts";

/** Porter of a chain. */
export const partition = v.pipe(
  fields({
    chainId: v.pipe(
      wholeNumber(1, MAX_ID_ON_L1, 1271),
      v.description("second chain id, for which accounts of the porter sign; no other chain gets it"),
    ),
  }),
  v.metadata({ name: "HyperchainPartitionUserConfig" }),
);
