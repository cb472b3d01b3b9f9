import * as v from "valibot";
import { GUARDIAN_VALIDITY_SECONDS } from "../../../ground/protocol/guardians.ts";
import { ANSWER_SECONDS, SLASH_SECONDS } from "../../../ground/protocol/stake.ts";
import { ecosystemOption } from "./field.ts";
import { fields, option, wholeBigint, wholeNumber, type DeepReadonly } from "./values.ts";

const YEAR = 31_536_000;
const ETHER = 10n ** 18n;

const stake = v.pipe(
  fields({
    unbondingSeconds: v.pipe(
      wholeNumber(2 * SLASH_SECONDS, YEAR, 100_000),
      v.description("seconds between the announcement of a withdrawal and its payment, within which faults are slashed"),
    ),
    depositWei: option(
      wholeBigint(1n, 2n ** 96n, ETHER),
      "wei on L1 that answer for each validator's key, from the account that pays there",
      "1 ETH",
    ),
  }),
  v.metadata({ name: "HyperchainsStakeUserConfig" }),
);

/** Stake of an ecosystem's keys. */
export type StakeTerms = DeepReadonly<v.InferOutput<typeof stake>>;

/** Deposit for each key. */
export function depositOf({ depositWei = ETHER }: StakeTerms): bigint {
  return depositWei;
}

/** Seconds of a guardian's stake before and after the time in which its data can be requested: signature, answer, report. */
export const CHALLENGE_SECONDS = Number(GUARDIAN_VALIDITY_SECONDS) + ANSWER_SECONDS + SLASH_SECONDS;

/** Seconds after a batch within which its data can be requested from its guardians; below 1 if unbonding is shorter. */
export function retentionSeconds({ unbondingSeconds }: StakeTerms): number {
  return unbondingSeconds - CHALLENGE_SECONDS;
}

/** Stake that answers for the ecosystem's keys. */
export const STAKE = {
  stake: ecosystemOption(
    option(stake, "stake on L1 for validators' keys, and a process that reports contradictory batches", "no key is staked"),
  ),
} as const;
