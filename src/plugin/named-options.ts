import type { HyperchainsConfig } from "../types.ts";
import { pluginError } from "./plugin-error.ts";

/** Options of the config that the command line gave instead, and how they are typed there. */
export type FlagsGiven = ReadonlyMap<"l1.url" | "batches.maxAgeMs", string>;

/**
 * A fault of an option in the user's words: `hyperchains.chains.alpha.journal` for `chains[0].journal`. Any other fault as
 * it is.
 */
export function inUsersWords(
  error: unknown,
  { chains }: Pick<HyperchainsConfig, "chains">,
  flags: FlagsGiven = new Map(),
): unknown {
  if (!(error instanceof Error) || error.name !== "DevnetOptionsError") return error;
  const message = error.message
    .replaceAll(/(?:\bchains\[\d+\]\.|\b)batches\.maxAgeMs\b/g, (whole) => flags.get("batches.maxAgeMs") ?? whole)
    .replaceAll(/(?<![\w.])l1\.url\b/g, (whole) => flags.get("l1.url") ?? whole)
    .replaceAll(/\bchains\[(\d+)\]/g, (whole, place: string) => {
      const name = chains[Number(place)]?.name;
      return name === undefined ? whole : `hyperchains.chains.${name}`;
    })
    .replaceAll(/(?<![\w.])(?=(?:accounts|l1)\.\w|accounts:)/g, "hyperchains.");
  return pluginError(message, error);
}
