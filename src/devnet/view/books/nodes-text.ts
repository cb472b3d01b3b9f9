import type { ChainStatus } from "./ecosystem-info.ts";

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
