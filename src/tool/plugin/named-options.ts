import type { HyperchainsConfig } from "../../ecosystem/options/resolved-config.ts";
import { pluginError } from "./plugin-error.ts";

/** Options that the command line gave instead of the config, and how they are typed there. `chains`: how many, or their names. */
export type FlagsGiven = ReadonlyMap<string, string>;

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
    .replaceAll(/(?<![\w.])(?:l1\.url|l1\.fork)\b/g, (option) => flags.get(option) ?? option)
    .replaceAll(/\bchains\[\d+\]\.dataAvailability\b/g, (whole) => flags.get("dataAvailability") ?? whole)
    .replace(/^proofs(?=:? )/, (option) => flags.get(option) ?? option)
    .replace(/^chains(?:\[\d+\]\.name)?(?= is )/, (whole) => flags.get("chains") ?? whole)
    .replace(
      SAME_TIMESTAMPS,
      (_, now: string, middle: string, before: string) =>
        `hyperchains.allowBlocksWithSameTimestamp is ${now !== "true"}${middle}${before !== "true"}`,
    )
    .replaceAll(/\bchains\[(\d+)\]/g, (whole, place: string) => {
      const name = chains[Number(place)]?.name;
      return name === undefined ? whole : `hyperchains.chains.${name}`;
    })
    .replaceAll(/(?<![\w.])(?=(?:accounts|governance|l1|prover)\.\w|accounts:)/g, "hyperchains.")
    .replace(/^(?=(?:(?:chains|governance|singletons|allowUnlimitedContractSize) is|proofs:?) )/, "hyperchains.");
  return pluginError(message, error);
}

/** The config says it the other way round. */
const SAME_TIMESTAMPS = /^distinctTimestamps is (true|false)(\D+? with )(true|false)/;
