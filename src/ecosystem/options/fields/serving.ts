import { option, wholeNumber } from "./values.ts";
import { chainOption } from "./field.ts";

export const port = wholeNumber(0, 65_535, 8545);

/** Options of a chain's server. */
export const SERVING = {
  port: chainOption({
    group: "serving",
    said: "each start",
    config: option(port, "port at which `hyperchain:spawn` serves it; 0 for any free port", "the next after L1's"),
    planned: (value) => value ?? 0,
  }),
  porterPort: chainOption({
    group: "serving",
    said: "each start",
    config: option(port, "port of its porter's RPC; 0 for any free port", "any free port"),
    planned: (value) => value ?? 0,
    older: 0,
  }),
} as const;
