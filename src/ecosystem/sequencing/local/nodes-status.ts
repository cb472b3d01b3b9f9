import type { Hex } from "../../../ground/protocol/hex.ts";

/** Fault of a node, or none: `honest`. */
export type NodeCondition = "honest" | "crashed" | "silent" | "equivocating";

/** Nodes that decide a chain together. */
export interface NodesStatus {
  /** True if each node has a process, with an engine. */
  readonly inProcesses: boolean;
  /** Turn of the present leader. */
  readonly view: number;
  /** Index of the view's leader. */
  readonly leader: number;
  /** Equal votes that decide. */
  readonly quorum: number;
  /** Nodes that reach each other; absent without a partition. */
  readonly groups?: readonly (readonly number[])[];
  readonly members: readonly {
    readonly address: Hex;
    /** "honest", or the fault that was set. */
    readonly condition: NodeCondition;
    /** Nodes that get nothing from this one; absent without this fault. */
    readonly withholdsFrom?: readonly number[];
    /** Delay of the node's messages, in milliseconds; absent without this fault. */
    readonly lagMs?: number;
    /** Absent while the node does not run. */
    readonly view?: number;
    /** Reason why the node has stopped; absent while it runs. */
    readonly fault?: string;
  }[];
  /** Pairs of votes that no honest node casts, by the address of their signer. */
  readonly evidence: readonly { readonly signer: Hex; readonly view: number }[];
}
