import * as v from "valibot";
import { fields, option, text, trueOrFalse, wholeNumber, withDefault } from "./values.ts";
import { chainOption } from "./field.ts";

/** A day. */
export const MAX_PACE_SECONDS = 86_400;
/** A chain with this number of batches that L1 has not executed seals no further batch. */
const MOST_WAITING_PROOFS = 8;
export const MAX_GAS_PRICE_WEI = 10 ** 15;

const pace = v.pipe(
  fields({
    maxAgeSeconds: option(
      wholeNumber(1, MAX_PACE_SECONDS, 600),
      "age of the oldest proof that waits, in seconds since its batch's last block, at which all that wait go to L1",
      "they are sent immediately, or by maxBatches",
    ),
    maxBatches: option(
      wholeNumber(1, MOST_WAITING_PROOFS, 4),
      "proofs that wait at which all of them go",
      `${MOST_WAITING_PROOFS}, where another field of the pace has them wait`,
    ),
    maxGasPriceWei: option(
      wholeNumber(1, MAX_GAS_PRICE_WEI, 20_000_000_000),
      "base fee of L1 above which they wait all the same, in wei",
      "no limit",
    ),
    atLatestSeconds: option(
      wholeNumber(1, MAX_PACE_SECONDS, 7_200),
      "age of the oldest at which all go whatever else is said; from maxAgeSeconds to exitDelaySeconds less 600 and a batch's age",
      "3600, or maxAgeSeconds where that is longer",
    ),
    shared: option(
      trueOrFalse,
      'whether its batches are proven for L1 together with those of other chains that say so; with execution "proven"',
      "false: each batch has a separate proof",
    ),
    aggregatorSeconds: option(
      wholeNumber(1, MAX_PACE_SECONDS, 900),
      'seconds that a batch waits for hyperchain:aggregate to show L1 one proof of many; with execution "proven"',
      "the chain waits for no aggregator, and gives no aggregator its proofs",
    ),
  }),
  v.metadata({ name: "HyperchainPaceUserConfig" }),
);

/** Option by which a chain hands out the proofs of its batches, for messages. */
export const HANDS_OUT_PROOFS = "pace: { aggregatorSeconds: 900 }";

/** True if the chain hands the proofs of its batches out. */
export function handsOutProofs({ pace: { aggregatorSeconds } }: { readonly pace: v.InferOutput<typeof pace> }): boolean {
  return aggregatorSeconds !== undefined;
}

/** Option that shows the proofs of the chain's batches with those of other chains; undefined if they are shown alone. */
export function optionOfSharedProofs(settlement: { readonly pace: v.InferOutput<typeof pace> }): "pace" | undefined {
  return settlement.pace.shared === true || handsOutProofs(settlement) ? "pace" : undefined;
}

/** Seconds that proofs wait for each other without `atLatestSeconds`. */
const DEFAULT_AT_LATEST_SECONDS = 3_600;

/** Maximum wait of a chain's proofs before L1, in seconds: for each other, and then for an aggregator. */
export function longestWaitSeconds(settlement: { readonly pace: v.InferOutput<typeof pace> }): number {
  const { maxAgeSeconds, maxBatches, maxGasPriceWei, atLatestSeconds, aggregatorSeconds = 0 } = settlement.pace;
  if ((maxAgeSeconds ?? maxBatches ?? maxGasPriceWei) === undefined) return aggregatorSeconds;
  return (atLatestSeconds ?? Math.max(DEFAULT_AT_LATEST_SECONDS, maxAgeSeconds ?? 0)) + aggregatorSeconds;
}

/** Options of a chain's settlement. */
export const SETTLEMENT = {
  pace: chainOption({
    group: "settlement",
    said: "each start",
    config: withDefault(pace, "when proofs go to L1: by time, size or cost", {}),
    older: {},
  }),
  journal: chainOption({
    group: "settlement",
    said: "each start",
    config: option(
      text(/\S/, "a path of a file"),
      "file in which settlement records its steps; a quorum's validators store keys and signatures in files next to it",
      "in memory",
    ),
  }),
} as const;
