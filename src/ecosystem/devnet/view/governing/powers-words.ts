import type { ChainPowersInfo } from "./chain-powers.ts";
import { spanWords } from "./span-words.ts";
import { versionInWords } from "../../../../ground/protocol/protocol-version.ts";

const TERMS: Readonly<Record<string, string>> = {
  quorum: "set of validators",
  standby: "standby",
  dataAvailabilityPolicy: "data policy",
  transactionFilterer: "filterer",
  isGoverned: "rule on governance",
  takesReplacements: "rule on replacements",
  requiresSecondCheck: "rule on the second check",
};

/** Which accounts can change what of the chain, in a sentence each. */
export function powersOver({
  admin,
  noticeSeconds,
  reactionSeconds,
  governance,
  council,
  ...known
}: ChainPowersInfo): readonly string[] {
  const decide =
    reactionSeconds === 0
      ? "which leaves users no time to decide, as on devnets"
      : `which leaves users ${spanWords(reactionSeconds)} to decide`;
  const byAdmin = `its admin ${admin} changes version, validators, standby, data policy and filterer, with a notice of ${spanWords(noticeSeconds)}, ${decide}`;
  if (!known.isGoverned) return [byAdmin, "no retirement, freeze or halt of a version reaches it"];
  const byGovernance = `governance ${governance} ends its version, with a notice of ${spanWords(known.retirementNoticeSeconds)}`;
  if (council === undefined) return [byAdmin, byGovernance];
  const byCouncil = `the council ${council} freezes its version at once, for ${spanWords(known.freezeSeconds ?? 0)} in all, and together with governance ends it at once`;
  if (!known.takesReplacements) return [byAdmin, byGovernance, byCouncil];
  return [byAdmin, byGovernance, byCouncil, "its admin then moves it to the replacement, with no time to leave before"];
}

/** Announced changes of the chain, and the last day to leave, in a sentence each. `layer`: its settlement layer. */
export function announcedOf({ announced, stopsAt, now }: ChainPowersInfo, layer: string): readonly string[] {
  const changes = announced.map(({ version, terms = [], effectiveAt, lastToLeave }) => {
    const what =
      version === undefined
        ? terms.map((term) => `another ${TERMS[term] ?? term}`).join(" and ")
        : `version ${versionInWords(version)}`;
    const counts = effectiveAt > now ? `from ${time(effectiveAt)} of ${layer}'s time on: ${what}` : `in effect: ${what}`;
    if (lastToLeave < now)
      return `${counts}; to be out before, one had to ask the queue for a withdrawal by ${time(lastToLeave)}`;
    return `${counts}; to be out before, ask the queue for a withdrawal by ${time(lastToLeave)}`;
  });
  if (stopsAt === undefined) return changes;
  return [...changes, `its version ends at ${time(stopsAt)}; without another version it then pauses, and its exit opens`];
}

function time(seconds: number): string {
  return new Date(seconds * 1_000).toISOString();
}
