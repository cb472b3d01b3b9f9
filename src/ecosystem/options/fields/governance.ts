import * as v from "valibot";
import { address, fields, list, must, option, wholeNumber, withDefault, type DeepReadonly } from "./values.ts";
import { ecosystemOption } from "./field.ts";

const DAY = 86_400;
/** A call with one signature of each of 64 members fits into a block's minimum gas limit many times. */
const MOST_ACCOUNTS = 64;
const ACCOUNTS = `1 to ${MOST_ACCOUNTS} addresses, each once`;
const percent = (example: number) => wholeNumber(1, 100, example);

const accounts = v.pipe(
  list(address, ACCOUNTS),
  v.check((list) => list.length >= 1 && list.length <= MOST_ACCOUNTS && new Set(list).size === list.length, must(ACCOUNTS)),
  v.metadata({ wanted: ACCOUNTS }),
);

const governor = v.pipe(
  fields({
    holders: option(accounts, "accounts that get the votes, in equal parts", "development accounts 1 to 4"),
    votingDelaySeconds: withDefault(wholeNumber(0, 90 * DAY, 1), "seconds between a proposal and its vote", 1),
    votingPeriodSeconds: withDefault(wholeNumber(1, 90 * DAY, 60), "seconds of a vote", 60),
    timelockDelaySeconds: withDefault(wholeNumber(0, 90 * DAY, 10), "seconds that what was decided waits in the timelock", 10),
    quorumPercent: withDefault(percent(40), "percent of all votes, below which a vote decides nothing", 40),
    superQuorumPercent: withDefault(
      percent(67),
      "percent of all votes in favour, by which a vote ends at once; no less than quorumPercent",
      67,
    ),
  }),
  v.forward(
    v.check(
      ({ quorumPercent, superQuorumPercent }) => superQuorumPercent >= quorumPercent,
      ({ input: { quorumPercent, superQuorumPercent } }) =>
        `must be at least quorumPercent (${quorumPercent}); got ${superQuorumPercent}`,
    ),
    ["superQuorumPercent"],
  ),
  v.metadata({ name: "HyperchainsGovernorUserConfig" }),
);

const council = v.pipe(
  fields({
    members: option(accounts, "accounts that sign, each for itself", "development accounts 10 to 17"),
    softThreshold: option(
      wholeNumber(1, MOST_ACCOUNTS, 3),
      "members that sign for soft freezes, of softSeconds in all",
      "three in eight, rounded up",
    ),
    hardThreshold: option(
      wholeNumber(1, MOST_ACCOUNTS, 6),
      "members that sign for all else: other freezes, their end, a halt",
      "three in four, rounded up",
    ),
    softSeconds: option(
      wholeNumber(0, 30 * DAY, 300),
      "seconds of freezeSeconds that softThreshold members can have; the rest is left to hardThreshold",
      "half of freezeSeconds, rounded down",
    ),
    freezeSeconds: withDefault(
      wholeNumber(1, 30 * DAY, 600),
      "seconds of all freezes, whole again a retirement's notice after the last one's end; part of notices and exit delays",
      600,
    ),
  }),
  v.metadata({ name: "HyperchainsCouncilUserConfig" }),
);

const governance = v.pipe(
  fields({
    governor: option(
      governor,
      "votes decide: OpenZeppelin's Governor, with a timelock and a token",
      "an account decides, the deployer's",
    ),
    council: option(council, "a council that can freeze versions, and with governance halt them", "no version is ever frozen"),
  }),
  v.metadata({ name: "HyperchainsGovernanceUserConfig" }),
);

/** Terms of a governor, with the schema's defaults. */
export type GovernorTerms = DeepReadonly<v.InferOutput<typeof governor>>;
/** Terms of a council, with the schema's defaults. */
export type CouncilTerms = DeepReadonly<v.InferOutput<typeof council>>;
export type GovernanceOption = DeepReadonly<v.InferOutput<typeof governance>>;

/** Which accounts add, retire, freeze and halt the versions of the chains that settle on L1. */
export const GOVERNANCE = {
  governance: ecosystemOption(
    withDefault(governance, "which accounts offer, retire, freeze and halt protocol versions on L1", {}),
  ),
} as const;

/** Number of development accounts that hold votes if the options name no holders. */
export const DEVELOPMENT_HOLDERS = 4;
/** Number of development accounts that are members if the options name none. */
export const DEVELOPMENT_COUNCIL = 8;

/** Numbers of members that must sign for each act of the council. */
export function councilThresholds(
  { softThreshold, hardThreshold }: Pick<CouncilTerms, "softThreshold" | "hardThreshold">,
  members: number,
): { readonly soft: number; readonly hard: number } {
  return { soft: softThreshold ?? Math.ceil((members * 3) / 8), hard: hardThreshold ?? Math.ceil((members * 3) / 4) };
}

/** Maximum seconds of a cycle's freezes that soft freezes can use. */
export function softSecondsOf({ softSeconds, freezeSeconds }: Pick<CouncilTerms, "softSeconds" | "freezeSeconds">): number {
  return softSeconds ?? Math.floor(freezeSeconds / 2);
}

/** Why the fewer could leave nothing to the others; undefined where they cannot. */
export function softFreezeObjection(terms: Pick<CouncilTerms, "softSeconds" | "freezeSeconds">): string | undefined {
  const soft = softSecondsOf(terms);
  if (soft < terms.freezeSeconds) return undefined;
  return `softSeconds is ${soft}, and freezes last ${terms.freezeSeconds} s in all (freezeSeconds): the first must be less`;
}

/**
 * Why votes could not halt a version within a freeze; undefined where they can. Even a vote that a super quorum ends at once
 * waits for both delays.
 */
export function voteObjection(
  { votingDelaySeconds, timelockDelaySeconds }: Pick<GovernorTerms, "votingDelaySeconds" | "timelockDelaySeconds">,
  freezeSeconds: number,
): string | undefined {
  const needed = votingDelaySeconds + timelockDelaySeconds;
  if (needed < freezeSeconds) return undefined;
  return `votingDelaySeconds and timelockDelaySeconds are ${needed} together, and a freeze lasts ${freezeSeconds} at most: no vote could halt a version within it; lower them, or give the council a longer freezeSeconds`;
}

/** Why no freeze or halt could be signed; undefined where it can. */
export function thresholdObjection(
  { soft, hard }: { readonly soft: number; readonly hard: number },
  members: number,
): string | undefined {
  if (soft <= hard && hard <= members) return undefined;
  return `softThreshold is ${soft}, hardThreshold ${hard}, and there are ${members} members: the first must be at most the second, and that at most the number of members`;
}
