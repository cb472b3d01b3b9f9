import { amount } from "../../../client/sending/shown-amount.ts";
import type { LeafRequestInfo } from "../../guardian/guardian-info.ts";

const LEAF_NAMES = {
  account: "nonce and balance",
  codeHash: "the hash of the code",
  codeDigest: "the digest of the code",
  storage: "a slot",
} as const;

/** Sentence about a request for a leaf on L1: the leaf, the request's state and the next action. */
export function requestSentence(network: string, { id, state, deadline, reportUntil, bondWei, leaf }: LeafRequestInfo): string {
  const what = leaf.slot === undefined ? `${LEAF_NAMES[leaf.kind]} of ${leaf.account}` : `slot ${leaf.slot} of ${leaf.account}`;
  const next = {
    open: `guardians can answer until ${timeOf(deadline)}; hyperchain:guardians answer ${id} does it for them`,
    answered: `answered${bondWei === "0" ? "" : `; hyperchain:guardians close ${id} returns ${amount(bondWei, "ETH")}`}`,
    unanswered: `NOT ANSWERED: guardians that signed lose their stake by hyperchain:guardians report ${id} until ${timeOf(reportUntil)}`,
  }[state];
  return `Request ${id} to guardians of ${network} for ${what}: ${next}`;
}

function timeOf(seconds: number): string {
  return new Date(1_000 * seconds).toISOString();
}
