import type { ChainStatus } from "./ecosystem-info.ts";

/** Numbers of contradictory slots that a sentence names. */
const MAX_NUMBERS = 3;

/** Sentence about the turn of the nodes that decide a chain together, their faults and the evidence against them. */
export function nodesSentence({ view, leader, members, groups, evidence }: NonNullable<ChainStatus["nodes"]>): string {
  const parts = (groups ?? []).map((group) => group.join(", "));
  const faults = members.flatMap(({ condition, fault, withholdsFrom, lagMs }, index) => [
    ...(condition === "honest" ? [] : [`node ${index} is ${condition}`]),
    ...(withholdsFrom === undefined ? [] : [`node ${index} withholds messages from ${withholdsFrom.join(", ")}`]),
    ...(lagMs === undefined ? [] : [`node ${index} is ${lagMs} ms late`]),
    ...(fault === undefined ? [] : [`node ${index} has stopped: ${fault}`]),
  ]);
  const accused = [...new Set(evidence.map(({ signer }) => members.findIndex(({ address }) => address === signer)))];
  const proven = accused.map((index) => `node ${index} signed contrary votes`);
  const partition = parts.length === 0 ? [] : [`nodes are apart: ${parts.join(" | ")}`];
  return [`node ${leader} leads view ${view}`, ...partition, ...faults, ...proven].join("; ");
}

/** Slots of an external sequencer, since when one is awaited, and contradictory ones. */
export function slotsSentence({ newestSlot, inDoubtSince, evidence }: NonNullable<ChainStatus["external"]>): string {
  const since = inDoubtSince === undefined ? undefined : new Date(inDoubtSince * 1_000).toISOString();
  const doubt = since === undefined ? [] : [`slot ${newestSlot + 1} in doubt since ${since}: hyperchain:cut-slot ends the wait`];
  const numbers = [...new Set(evidence.map(({ number }) => number))];
  const shown = numbers.slice(0, MAX_NUMBERS).map((number) => `its sequencer signed two slots ${number}`);
  const more = numbers.length > shown.length ? [`and for ${numbers.length - shown.length} more numbers`] : [];
  return [String(newestSlot), ...doubt, ...shown, ...more].join("; ");
}

/** Sentence about envelopes that nodes open after their order is final. */
export function encryptionSentence({ threshold, nodes, owed, publicKey }: NonNullable<ChainStatus["encryption"]>): string {
  const waiting =
    owed === 0
      ? "no envelope waits for its key"
      : owed === 1
        ? "1 ordered envelope waits for its key"
        : `${owed} ordered envelopes wait for their keys`;
  return `any ${threshold} of ${nodes} nodes open envelopes; ${waiting}; key ${publicKey}`;
}
