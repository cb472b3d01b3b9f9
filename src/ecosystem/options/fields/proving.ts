import type * as v from "valibot";

import { oneOf, option } from "./values.ts";
import { chainOption } from "./field.ts";

/** Execution of a chain's batches: by signers that L1 trusts, or by a proof that L1 checks. */
export const execution = oneOf("trusted", "proven");
export type ChainExecution = v.InferOutput<typeof execution>;

/** Mode of a chain. */
export const PROVING = {
  execution: chainOption({
    group: "proving",
    said: "once",
    config: option(
      execution,
      '"proven": L1 executes a batch by one proof of its execution, for which its transactions pay; "trusted": signers execute',
      "the ecosystem's",
    ),
    planned: (value, around): ChainExecution => value ?? around.execution,
    older: "trusted",
  }),
} as const;
