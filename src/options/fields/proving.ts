import * as v from "valibot";
import { fields, oneOf, option, withDefault } from "./values.ts";
import { chainOption } from "./field.ts";

/** Whether batches come with proofs of what their transactions did. */
export const execution = oneOf("proven", "trusted");

/** The same of one chain, and whether L1 checks them. */
export type ProvenExecutionOf = "trusted" | "proven" | "onL1";

const prover = v.pipe(
  fields({
    execution: option(
      oneOf("proven", "trusted", "onL1"),
      'whether the execution of its batches is proven, behind the chain; "onL1": L1 executes a batch by that proof alone',
      "the ecosystem's",
    ),
  }),
  v.metadata({ name: "HyperchainProverUserConfig" }),
);

/** What is proven of a chain. */
export const PROVING = {
  prover: chainOption({
    group: "proving",
    key: "execution",

    said: "each start",
    config: withDefault(prover, "what is proven of its batches, beside the ecosystem's", {}),
    planned: ({ execution: said }, around): ProvenExecutionOf => said ?? around.execution,
    older: "trusted",
  }),
} as const;
