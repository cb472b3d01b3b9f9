import * as v from "valibot";
import { fields, option, trueOrFalse, withDefault } from "./values.ts";
import { configOption } from "./field.ts";
import { flag } from "./flag.ts";
import { port } from "./serving.ts";

/** Preferred port of the page; another free port if it is taken. */
export const DEFAULT_PAGE_PORT = 8600;

const page = v.pipe(
  fields({
    served: withDefault(trueOrFalse, "whether `hyperchain:spawn` serves a page that shows the ecosystem", true),
    port: option(
      port,
      "port at which it is served; another free port where this one is taken, and where it is 0",
      `${DEFAULT_PAGE_PORT}; any free port where L1's port is 0`,
    ),
  }),
  v.metadata({ name: "HyperchainsPageUserConfig" }),
);

/** A web page. */
export const PAGE = {
  page: configOption(withDefault(page, "the page to look at a spawned ecosystem", {}), {
    flags: {
      pagePort: flag(
        port,
        "port of the page that shows the ecosystem; another free one where it is taken",
        `${DEFAULT_PAGE_PORT}; any free one where --port is 0`,
        { part: "port", into: (given, said: object) => ({ ...said, port: given }) },
      ),
    },
  }),
} as const;
