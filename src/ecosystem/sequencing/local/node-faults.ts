import type { GroupMessage } from "../../../chain/consensus/messages.ts";
import { encodeProposal, requireHeader } from "../../../chain/consensus/proposals.ts";
import { NO_ID } from "../../../chain/consensus/votes.ts";
import { encodeDecision } from "../decision.ts";
import type { Connections, NetFaults } from "./local-net.ts";
import type { NodeCondition, NodesStatus } from "./nodes-status.ts";
import type { VoteKeys } from "./vote-keys.ts";

/** Faults of nodes of one process, set by a user. */
export interface FaultsOfNodes {
  /** Conditions of nodes, by index; other nodes are honest. */
  readonly conditions: ReadonlyMap<number, NodeCondition>;
  /** Nodes of different groups do not reach each other, and a node in no group is alone. Empty without a partition. */
  readonly groups: readonly (readonly number[])[];
  /** Nodes that get nothing from a node, by its index. */
  readonly withheld: ReadonlyMap<number, readonly number[]>;
  /** Delay of messages from and to a node, by its index. Milliseconds. */
  readonly lags: ReadonlyMap<number, number>;
}

export const NO_FAULTS_OF_NODES: FaultsOfNodes = { conditions: new Map(), groups: [], withheld: new Map(), lags: new Map() };

/** Present faults of the nodes, and their effect on messages. */
export class NodeFaults {
  #faults = NO_FAULTS_OF_NODES;

  conditionOf(index: number): NodeCondition {
    return this.#faults.conditions.get(index) ?? "honest";
  }

  /** Faults of a node's messages, as the status has them. */
  shownOf(index: number): Pick<NodesStatus["members"][number], "condition" | "withholdsFrom" | "lagMs"> {
    const withholdsFrom = this.#faults.withheld.get(index) ?? [];
    const lagMs = this.#lagOf(index);
    return {
      condition: this.conditionOf(index),
      ...(withholdsFrom.length === 0 ? {} : { withholdsFrom }),
      ...(lagMs === 0 ? {} : { lagMs }),
    };
  }

  /** Partition, as the status has it. */
  get partition(): Pick<NodesStatus, "groups"> {
    const { groups } = this.#faults;
    return groups.length === 0 ? {} : { groups };
  }

  replace(faults: FaultsOfNodes): void {
    this.#faults = faults;
  }

  /** Connections with the present faults. */
  get connections(): Connections {
    return {
      isCut: (from, to) => this.#isSilent(from) || this.#isSilent(to) || this.#areApart(from, to) || this.#withholds(from, to),
      delayMs: (from, to) => this.#lagOf(from) + this.#lagOf(to),
    };
  }

  /** Faults of the messages in one life of the group. */
  of(keys: VoteKeys): NetFaults<GroupMessage> {
    return {
      ...this.connections,
      altered: (message, from, to) =>
        message.type === "proposal" && this.conditionOf(from) === "equivocating" && to % 2 === 1
          ? contraryProposal(message, from, keys)
          : message,
    };
  }

  #isSilent(index: number): boolean {
    return this.conditionOf(index) === "silent";
  }

  #withholds(from: number, to: number): boolean {
    return this.#faults.withheld.get(from)?.includes(to) === true;
  }

  #lagOf(index: number): number {
    return this.#faults.lags.get(index) ?? 0;
  }

  #areApart(from: number, to: number): boolean {
    const { groups } = this.#faults;
    return groups.length > 0 && !groups.some((group) => group.includes(from) && group.includes(to));
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
