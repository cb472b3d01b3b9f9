import * as v from "valibot";
import { ecosystemOption } from "./field.ts";
import { fields, list, named, option, text, trueOrFalse, wholeNumber, withDefault, type DeepReadonly } from "./values.ts";

/** Limit of the voters of a group. */
export const MAX_AGGREGATORS = 7;
const MAX_BLOCK_BATCHES = 16;
const MAX_SECONDS = 86_400;
const NAME = text(/^[A-Za-z][A-Za-z0-9_-]{0,31}$/, "a name: a letter, then up to 31 letters, digits, - or _");
const MEMBERS = 'names of proven chains that hand their proofs out, such as ["alpha", "beta"]';

const landing = v.pipe(
  fields({
    maxAgeSeconds: withDefault(
      wholeNumber(1, MAX_SECONDS, 600),
      "age of the oldest batch that a block may take, at which one is decided and landed",
      600,
    ),
    maxBatches: withDefault(
      wholeNumber(1, MAX_BLOCK_BATCHES, 16),
      "number of waiting batches at which one is",
      MAX_BLOCK_BATCHES,
    ),
  }),
  v.metadata({ name: "HyperchainsHubLandingUserConfig" }),
);

const hub = v.pipe(
  fields({
    members: v.pipe(
      list(v.pipe(v.string(), v.nonEmpty(), v.metadata({ wanted: "a name of a chain" })), MEMBERS),
      v.description("chains whose batches it proves together"),
    ),
    aggregators: withDefault(wholeNumber(1, MAX_AGGREGATORS, 4), "keys that decide its blocks together", 1),
    processes: withDefault(trueOrFalse, "whether each aggregator has its process on this machine", false),
    landing: withDefault(landing, "when a block is due", {}),
  }),
  v.metadata({ name: "HyperchainsHubUserConfig" }),
);

/** Members, aggregators and pace of a hub. */
export type HubOption = DeepReadonly<v.InferOutput<typeof hub>>;

/** Hubs that prove batches of several chains together. */
export const HUBS = {
  hubs: ecosystemOption(
    option(
      named(NAME, hub, 'an object with one hub per name, such as { main: { members: ["alpha", "beta"] } }'),
      "hubs, by name, that prove batches of their members together",
      "none",
    ),
  ),
} as const;
