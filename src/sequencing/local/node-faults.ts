import type { GroupMessage } from "../../consensus/messages.ts";
import { encodeProposal, requireHeader } from "../../consensus/proposals.ts";
import { NO_ID } from "../../consensus/votes.ts";
import { encodeDecision } from "../decision.ts";
import type { NetFaults } from "./local-net.ts";
import type { VoteKeys } from "./vote-keys.ts";

export type NodeCondition = "honest" | "crashed" | "silent" | "equivocating";

/** Faults of nodes of one process, set by a user. */
export class NodeFaults {
  readonly #states: NodeCondition[];
  #groups: readonly (readonly number[])[] = [];

  constructor(count: number) {
    this.#states = Array.from({ length: count }, () => "honest");
  }

  stateOf(index: number): NodeCondition {
    const state = this.#states[index];
    if (state !== undefined) return state;
    throw new RangeError(`there is no node ${index}; the chain has nodes 0 to ${this.#states.length - 1}`);
  }

  set(index: number, state: NodeCondition): void {
    this.stateOf(index);
    this.#states[index] = state;
  }

  /** Loses all messages between nodes of different groups; a node in no group is alone. No groups end the partition. */
  partition(groups: readonly (readonly number[])[]): void {
    for (const index of groups.flat()) this.stateOf(index);
    this.#groups = groups;
  }

  /** Faults of the connections in one life of the group. */
  of(keys: VoteKeys): NetFaults {
    return {
      isCut: (from, to) => this.#isSilent(from) || this.#isSilent(to) || this.#areApart(from, to),
      altered: (message, from, to) =>
        message.type === "proposal" && this.stateOf(from) === "equivocating" && to % 2 === 1
          ? contraryProposal(message, from, keys)
          : message,
    };
  }

  #isSilent(index: number): boolean {
    return this.stateOf(index) === "silent";
  }

  #areApart(from: number, to: number): boolean {
    return this.#groups.length > 0 && !this.#groups.some((group) => group.includes(from) && group.includes(to));
  }
}

/** Another decision of the same view, with the leader's signature. */
function contraryProposal(
  message: Extract<GroupMessage, { readonly type: "proposal" }>,
  from: number,
  keys: VoteKeys,
): GroupMessage {
  const { view, parent } = requireHeader(message.bytes);
  const bytes = encodeProposal({ view, parent }, encodeDecision({ outcome: NO_ID, commands: [] }));
  const { kind, epoch, signedAt } = message.vote;
  return { ...message, bytes, vote: keys.sign(from, { kind, epoch, view, id: requireHeader(bytes).id }, signedAt) };
}
