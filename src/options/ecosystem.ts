import * as v from "valibot";
import { bridges } from "./bridges.ts";
import { port } from "./chain.ts";
import { fields, list, oneOf, option, text, trueOrFalse, url, wholeNumber, withDefault } from "./values.ts";

export const folder = text(/\S/, 'the path of a folder, such as "./hyperchain-data"');
export const file = text(/\S/, 'the path of a file, such as "./world.dump"');
export const confirmations = wholeNumber(1, 1_000, 1);
export const proverMode = oneOf("stark", "none");
export const proverWorkers = wholeNumber(1, 64, 4);
const TOKEN = "16 to 128 letters, digits, - and _; node -p 'crypto.randomUUID()' makes one";
/** The message does not show the value. */
export const proverToken = v.pipe(
  v.custom<string>((value) => typeof value === "string" && /^[\w-]{16,128}$/.test(value), `must be ${TOKEN}`),
  v.metadata({ wanted: TOKEN, type: "string" }),
);
export const minRewardPercent = wholeNumber(0, 1_000_000, 100);
export const host = text(/^\S+$/, 'an interface to listen on, such as "127.0.0.1"');
export const pollIntervalMs = wholeNumber(1, 3_600_000, 100);

/** Where workers of other processes and machines may join the prover. */
export const fleet = v.pipe(
  fields({
    host: withDefault(host, "interface to listen on for workers", "127.0.0.1"),
    port: withDefault(port, "port at which they join; 0 for any free port", 0),
    token: v.pipe(proverToken, v.description("what a worker must show")),
  }),
  v.metadata({ name: "HyperchainsFleetUserConfig" }),
);

/** An L1 whose state and past the started one begins with. */
export const l1Fork = v.pipe(
  fields({
    url: v.pipe(url, v.description("JSON-RPC URL of the L1, which must answer for old state where the block is old")),
    blockNumber: option(
      wholeNumber(0, 1_000_000_000, 21_000_000),
      "the last block that both have",
      "64 blocks below the newest one, the newest one of a development chain (31337 or 1337)",
    ),
  }),
  v.metadata({ name: "HyperchainsL1ForkUserConfig" }),
);

const ORIGINS = 'a list of origins, such as ["https://app.example.com"], or ["*"]';
const origins = list(text(/^(\*|[a-z][a-z0-9+.-]*:\/\/[^/\s]+)$/, 'an origin such as "https://app.example.com"'), ORIGINS);

/** Options that an ecosystem has in the config and in `DevnetOptions` alike. */
export const ECOSYSTEM_FIELDS = {
  name: withDefault(text(/^\S.*$/, "a name"), "what the ecosystem is called", "hyperchains"),
  host: withDefault(
    host,
    "interface to listen on; another than this machine's opens development keys to the network",
    "127.0.0.1",
  ),
  origins: withDefault(
    origins,
    'origins whose web pages may ask, beside those of this machine and of browsers\' extensions; `["*"]` for all',
    [],
  ),
  development: option(
    trueOrFalse,
    "whether every client that reaches it may mine, move time, take back batches, return to snapshots and settle",
    "true beside an own L1 that only this machine reaches; settling also beside another L1",
  ),
  reseal: option(
    trueOrFalse,
    "whether every client that reaches it may have batches formed again (`hyperchain:reseal`), and no more",
    "as `development`",
  ),
  relayer: withDefault(trueOrFalse, "whether a relayer carries messages by itself", true),
  bridges: option(bridges, "bridges of others, whose dapps run here as they are", "none"),
  data: option(
    folder,
    "folder that keeps a spawned ecosystem beyond its process; started again with it, it goes on",
    "memory alone",
  ),
} as const;
