import * as v from "valibot";
import { fields, oneOf, option, withDefault } from "./values.ts";
import { chainOption } from "./field.ts";

/** Whether batches come with proofs of what their transactions did. */
export const execution = oneOf("proven", "trusted");

const prover = v.pipe(
  fields({
    execution: option(execution, "whether the execution of each of its batches is proven, behind the chain", "the ecosystem's"),
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
    planned: ({ execution: said }, around): "proven" | "trusted" => said ?? around.execution,
    older: "trusted",
  }),
} as const;
