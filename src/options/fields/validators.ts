import { option } from "./values.ts";
import { chainOption } from "./field.ts";
import { validators } from "./signer-count.ts";

/** The processes whose signatures L1 asks for. */
export const VALIDATORS = {
  quorum: chainOption({
    group: "validators",
    said: "once",
    config: option(validators, "processes that check every batch, and how many of them must sign", "one member, in this process"),
  }),
} as const;
