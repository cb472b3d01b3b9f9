import * as v from "valibot";
import { chainOption } from "./field.ts";
import { list, option } from "./values.ts";

const NAMES = 'names of chains that run in the same process, such as ["alpha"]';
const names = list(v.pipe(v.string(), v.nonEmpty(), v.metadata({ wanted: "a name of a chain" })), NAMES);

/** Links with other chains. */
export const LINKS = {
  links: chainOption({
    group: "settlement",
    said: "each start",
    config: option(names, "chains whose links it receives, in batches that L1 executes together with theirs or never", "none"),
  }),
} as const;
