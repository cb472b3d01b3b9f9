import type { Chain } from "../../chain.ts";

/**
 * Number of the newest block that clients may see. The engine has a block a little before its logs and the
 * names of its transactions are available: a client that saw it then would read no logs there, and never
 * request them again.
 */
export function newestBlock({ index, sequencer }: Pick<Chain, "index" | "sequencer">): bigint {
  return index.head ?? sequencer.head.number;
}
