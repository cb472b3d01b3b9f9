import type { Chain } from "../../chain.ts";

/**
 * Number of the newest block that clients are told of. The engine has a block a little before its logs and the names of its
 * transactions can be asked for: a client that heard of it then would read no logs there, and never ask again.
 */
export function newestBlock({ index, sequencer }: Pick<Chain, "index" | "sequencer">): bigint {
  return index.head ?? sequencer.head.number;
}
