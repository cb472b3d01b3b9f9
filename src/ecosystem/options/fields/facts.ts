import * as v from "valibot";
import { chainOption } from "./field.ts";
import { fields, list, option, wholeNumber, type DeepReadonly } from "./values.ts";

/** A quarter of the default window for operations of L1's queue. */
const DEFAULT_PATIENCE_SECONDS = 900;
const MIN_PATIENCE_SECONDS = 1;
const MAX_PATIENCE_SECONDS = 86_400;

const NAMES = 'names of proven chains that hand their proofs out, such as ["alpha"]';
const names = list(v.pipe(v.string(), v.nonEmpty(), v.metadata({ wanted: "a name of a chain" })), NAMES);

const facts = v.pipe(
  fields({
    from: v.pipe(names, v.description("chains whose batches it imports facts about, before L1 has executed them")),
    patienceSeconds: option(
      wholeNumber(MIN_PATIENCE_SECONDS, MAX_PATIENCE_SECONDS, DEFAULT_PATIENCE_SECONDS),
      "seconds of a committed batch's wait until L1 executes the batches of its facts; then it is rebuilt without them",
      String(DEFAULT_PATIENCE_SECONDS),
    ),
  }),
  v.metadata({ name: "HyperchainFactsUserConfig" }),
);

/** Facts that a chain imports. */
export type FactsOption = DeepReadonly<v.InferOutput<typeof facts>>;

/** Seconds of a committed batch's wait for its facts. */
export function patienceOf({ patienceSeconds = DEFAULT_PATIENCE_SECONDS }: FactsOption): number {
  return patienceSeconds;
}

/** Facts about batches of other chains. */
export const FACTS = {
  facts: chainOption({
    group: "settlement",
    said: "each start",
    config: option(
      facts,
      "facts about open batches of other chains, whose messages arrive before L1 executes them",
      "it imports roots alone",
    ),
  }),
} as const;
