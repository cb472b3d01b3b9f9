import type { GovernanceInfo } from "./governance-info.ts";
import { spanWords } from "./span-words.ts";
import { versionInWords } from "../../../../ground/protocol/protocol-version.ts";

/** Unit of a token with 18 decimals. */
const UNIT = 10n ** 18n;

/** Deciders on protocol versions, in a sentence each. */
export function governedBy({ governance, votes, ...known }: GovernanceInfo): readonly string[] {
  const byVotes =
    votes === undefined
      ? `protocol versions are governed by ${governance}, with no vote`
      : `protocol versions are governed by votes of ${votes.token}, counted by ${votes.governor}, through the timelock ${governance}: ` +
        `a vote begins ${spanWords(votes.votingDelaySeconds)} after its proposal, lasts ${spanWords(votes.votingPeriodSeconds)}, and what was decided waits ${spanWords(votes.timelockDelaySeconds)}; ` +
        `${votes.quorumPercent} % of all votes decide, and ${votes.superQuorumPercent} % in favour end the vote at once`;
  return [byVotes, councilNow(known), ...councilNext(known)];
}

function councilNow({ council }: Pick<GovernanceInfo, "council">): string {
  if (council === undefined) return "there is no council: no version is frozen";
  const { address, members, soft, hard, softLeftSeconds, freezeLeftSeconds } = council;
  const left = `${spanWords(freezeLeftSeconds)} of freezes are left`;
  if (members.length === 0) return `the council ${address} freezes versions: ${left}`;
  return `the council ${address} freezes versions by ${hard} of ${members.length} signatures: ${left}, of which ${soft} signatures can have ${spanWords(softLeftSeconds)}`;
}

/** A council that was named long ago takes office by a call of any account: it counts as the current one. */
function councilNext({ nextCouncil, now }: Pick<GovernanceInfo, "nextCouncil" | "now">): readonly string[] {
  if (nextCouncil === undefined) return [];
  const { address, effectiveAt } = nextCouncil;
  const when = effectiveAt <= now ? "at once, by a call of anyone" : `from ${time(effectiveAt)} on, by a call of anyone`;
  return [address === undefined ? `no council follows the present one, ${when}` : `${address} becomes the council ${when}`];
}

/** Status of each version, in a sentence each. */
export function standingsOf({ versions }: GovernanceInfo): readonly string[] {
  return versions.map(({ version, retiresAt, frozenUntil, haltedAt, replacement }) => {
    const said: string[] = [];
    if (haltedAt !== undefined)
      said.push(
        `halted at ${time(haltedAt)}${replacement === undefined ? "" : `, with version ${versionInWords(replacement)} in its place`}`,
      );
    if (frozenUntil !== undefined) said.push(`frozen until ${time(frozenUntil)}`);
    if (retiresAt !== undefined) said.push(`ends at ${time(retiresAt)}`);
    return `version ${versionInWords(version)}: ${said.length === 0 ? "stands" : said.join("; ")}`;
  });
}

/** Proposals, the newest first, in a sentence each. */
export function proposalsOf({ votes, now }: GovernanceInfo): readonly string[] {
  return (votes?.proposals ?? []).map(({ id, state, acts, description, ...known }) => {
    const what = `proposal ${id} ${acts.join(", and ")}${description === "" ? "" : ` ("${description}")`}`;
    const counted = `for ${units(known.votes.for)}, against ${units(known.votes.against)}, abstain ${units(known.votes.abstain)}`;
    switch (state) {
      case "pending":
        return `${what}: votes are cast from ${time(known.votesFrom + 1)} on`;
      case "active":
        return `${what}: votes are cast until ${time(known.votesUntil)}; ${counted}`;
      case "succeeded":
        return `${what}: decided, and anyone can queue it; ${counted}`;
      case "queued": {
        const from = known.executableFrom ?? now;
        return `${what}: ${from <= now ? "anyone can execute it" : `anyone can execute it from ${time(from)} on`}`;
      }
      case "canceled":
      case "defeated":
      case "executed":
      case "expired":
        return `${what}: ${state}; ${counted}`;
    }
  });
}

function units(votes: string): string {
  return String(BigInt(votes) / UNIT);
}

function time(seconds: number): string {
  return new Date(seconds * 1_000).toISOString();
}
