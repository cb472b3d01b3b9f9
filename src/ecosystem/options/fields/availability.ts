import type * as v from "valibot";
import { address, list, option, trueOrFalse, withDefault } from "./values.ts";
import { dataAvailability, namedAvailability } from "./data-policy.ts";
import { partition } from "./partition.ts";
import { chainOption } from "./field.ts";
import { flag } from "./flag.ts";
import { signers } from "./signer-count.ts";

/** Options for the location of a chain's data and its readers. */
export const AVAILABILITY = {
  dataAvailability: chainOption({
    group: "availability",
    said: "once",
    config: withDefault(
      dataAvailability,
      'storage of its data: L1 as changes or inputs, a committee, owners of held accounts; "chain": the chain on which it settles',
      "rollup",
    ),
    flags: {
      da: flag(
        list(namedAvailability, "rollup, validium, inputs, owners or chain, one for all chains or with commas"),
        "storage of the chains' data: rollup, validium, inputs, owners or chain",
        "rollup",
        { into: (given, said: v.InferOutput<typeof dataAvailability>, place) => given[place] ?? given[0] ?? said },
      ),
    },
  }),
  committee: chainOption({
    group: "availability",
    said: "once",
    config: option(
      signers,
      "of a validium, also as a part: processes that execute every batch again and keep its data; how many must sign",
      "one member, in this process",
    ),
  }),
  partition: chainOption({
    group: "availability",
    said: "once",
    config: option(
      partition,
      "of a rollup: its porter, a second chain id whose accounts are in a second state tree, stored by guardians or on L1",
      "none, and all accounts are in one tree",
    ),
  }),
  readers: chainOption({
    group: "availability",
    said: "each start",
    config: option(
      list(address, "a list of addresses"),
      "of a validium: accounts that get sessions to read it by RPC, and to which the committee gives the data",
      "the chain's operator only",
    ),
  }),
  openReads: chainOption({
    group: "availability",
    said: "each start",
    config: withDefault(
      trueOrFalse,
      "of a validium: whether every caller may read it by RPC, without a session; the committee asks its readers to sign either way",
      false,
    ),
    older: false,
  }),
} as const;
