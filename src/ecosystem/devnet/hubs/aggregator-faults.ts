import type { GroupMessage } from "../../../chain/consensus/messages.ts";
import { encodeProposal, requireHeader } from "../../../chain/consensus/proposals.ts";
import type { NetFaults } from "../../sequencing/local/local-net.ts";
import type { VoteKeys } from "../../sequencing/local/vote-keys.ts";

/** Condition of an aggregator: it is silent, or proposes two decisions in each view that it leads. */
export type AggregatorCondition = "honest" | "silent" | "equivocating";

/** Content without a block. */
const OTHER_CONTENT = Uint8Array.of(1);

/** Messages of honest and lying aggregators: every second one gets another decision from a liar than the others. */
export function faultsOfLiars(isLiar: (index: number) => boolean, keys: VoteKeys): NetFaults<GroupMessage> {
  return {
    isCut: () => false,
    delayMs: () => 0,
    altered: (message, from, to) =>
      message.type === "proposal" && isLiar(from) && to % 2 === 1 ? contraryProposal(message, from, keys) : message,
  };
}

function contraryProposal(
  message: Extract<GroupMessage, { readonly type: "proposal" }>,
  from: number,
  keys: VoteKeys,
): GroupMessage {
  const { view, parent } = requireHeader(message.bytes);
  const bytes = encodeProposal({ view, parent }, OTHER_CONTENT);
  const { kind, epoch, signedAt } = message.vote;
  return { ...message, bytes, vote: keys.sign(from, { kind, epoch, view, id: requireHeader(bytes).id }, signedAt) };
}
